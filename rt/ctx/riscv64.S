/* The switch for riscv64 (ctx.h), with or without floating point in registers. */

/* Begins and ends a function that only the runtime sees. */
.macro begin name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 2
\name:
    .cfi_startproc
.endm
.macro end name
    .cfi_endproc
    .size \name, .-\name
.endm
.macro save op, reg, at
    \op \reg, \at(sp)
    .cfi_rel_offset \reg, \at
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
    addi sp, sp, -112
    .cfi_def_cfa_offset 112
    save sd, ra, 0
    save sd, s0, 8
    save sd, s1, 16
    save sd, s2, 24
    save sd, s3, 32
    save sd, s4, 40
    save sd, s5, 48
    save sd, s6, 56
    save sd, s7, 64
    save sd, s8, 72
    save sd, s9, 80
    save sd, s10, 88
    save sd, s11, 96
    mv s0, sp
    .cfi_def_cfa_register s0
    sd sp, 0(a4)
    andi sp, a0, -16
    mv t0, a1
    mv a0, a2
    mv a1, a3
    jalr t0
    /* nobody has changed the others, as fn keeps them */
    mv sp, s0
    .cfi_def_cfa_register sp
    ld ra, 0(sp)
    ld s0, 8(sp)
    .cfi_restore ra
    .cfi_restore s0
    addi sp, sp, 112
    .cfi_def_cfa_offset 0
    ret
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define RA 0
#define S(n) 8 + 8 * n
#define MODE 104
#define FS(n) 112 + 8 * n
#define FRAME 208 /* a multiple of 16 */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    addi sp, sp, -FRAME
    .cfi_def_cfa_offset FRAME
    save sd, ra, RA
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    save sd, s\n, S(\n)
#ifdef __riscv_float_abi_double
    save fsd, fs\n, FS(\n)
#endif
.endr
#ifdef __riscv_flen
    frrm t0
    sd t0, MODE(sp)
#endif
    sd sp, 0(a0)
    ld sp, 0(a1)
#ifdef __riscv_flen
    ld t1, MODE(sp)
    beq t0, t1, 1f
    fsrm t1
1:
#endif
    ld ra, RA(sp)
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld s\n, S(\n)(sp)
    .cfi_restore s\n
#ifdef __riscv_float_abi_double
    fld fs\n, FS(\n)(sp)
    .cfi_restore fs\n
#endif
.endr
    .cfi_restore ra
    addi sp, sp, FRAME
    .cfi_def_cfa_offset 0
    ret
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    add a1, a1, a2
    andi a1, a1, -16
    addi a2, a1, -FRAME
1:  addi a1, a1, -8
    sd zero, 0(a1)
    bne a1, a2, 1b
    lla t0, start
    sd t0, RA(a1)
    sd a3, S(1)(a1)
    sd a4, S(2)(a1)
#ifdef __riscv_flen
    frrm t0
    sd t0, MODE(a1)
#endif
    sd a1, 0(a0)
    ret
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined ra
    mv a0, s2
    jalr s1
    ebreak
    .cfi_endproc
    .size start, .-start

    .section .note.GNU-stack, "", @progbits
