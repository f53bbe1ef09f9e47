/* The switch for aarch64 (ctx.h). */

/* Begins and ends a function that only the runtime sees. */
.macro begin name
    .globl \name
    .hidden \name
    .type \name, %function
    .p2align 4
\name:
    .cfi_startproc
    hint #34 /* bti c */
.endm
.macro end name
    .cfi_endproc
    .size \name, .-\name
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
    stp x29, x30, [sp, #-96]!
    .cfi_def_cfa_offset 96
    .cfi_offset x29, -96
    .cfi_offset x30, -88
    mov x29, sp
    .cfi_def_cfa_register x29
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    str x29, [x4]
    and x0, x0, #~15
    mov sp, x0
    mov x9, x1
    mov x0, x2
    mov x1, x3
    blr x9
    /* nobody has changed the others, as fn keeps them */
    mov sp, x29
    ldp x29, x30, [sp], #96
    .cfi_restore x29
    .cfi_restore x30
    .cfi_def_cfa sp, 0
    ret
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define X29 0
#define X19 16
#define D8 96
#define FPCR 160
#define FRAME 176

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    stp x29, x30, [sp, #-FRAME]!
    .cfi_def_cfa_offset FRAME
    .cfi_rel_offset x29, X29
    .cfi_rel_offset x30, X29 + 8
.macro save op, r1, r2, at
    \op \r1, \r2, [sp, #\at]
    .cfi_rel_offset \r1, \at
    .cfi_rel_offset \r2, \at + 8
.endm
    save stp, x19, x20, X19
    save stp, x21, x22, X19 + 16
    save stp, x23, x24, X19 + 32
    save stp, x25, x26, X19 + 48
    save stp, x27, x28, X19 + 64
    save stp, d8, d9, D8
    save stp, d10, d11, D8 + 16
    save stp, d12, d13, D8 + 32
    save stp, d14, d15, D8 + 48
    mrs x9, fpcr
    str x9, [sp, #FPCR]
    mov x10, sp
    str x10, [x0]
    ldr x10, [x1]
    mov sp, x10
    ldr x10, [sp, #FPCR]
    cmp x9, x10
    b.ne 2f /* loading it is slow, and it hardly ever differs */
1:  ldp x19, x20, [sp, #X19]
    ldp x21, x22, [sp, #X19 + 16]
    ldp x23, x24, [sp, #X19 + 32]
    ldp x25, x26, [sp, #X19 + 48]
    ldp x27, x28, [sp, #X19 + 64]
    ldp d8, d9, [sp, #D8]
    ldp d10, d11, [sp, #D8 + 16]
    ldp d12, d13, [sp, #D8 + 32]
    ldp d14, d15, [sp, #D8 + 48]
    ldp x29, x30, [sp], #FRAME
    .cfi_remember_state
    .cfi_restore x29
    .cfi_restore x30
    .cfi_def_cfa_offset 0
    ret
    .cfi_restore_state
2:  msr fpcr, x10
    b 1b
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    add x1, x1, x2
    and x1, x1, #~15
    sub x1, x1, #FRAME
    mov x9, x1
    mov x10, #FRAME / 16
1:  stp xzr, xzr, [x9], #16
    subs x10, x10, #1
    b.ne 1b
    stp x3, x4, [x1, #X19]
    adr x9, start
    str x9, [x1, #X29 + 8]
    mrs x9, fpcr
    str x9, [x1, #FPCR]
    str x1, [x0]
    ret
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, %function
start:
    .cfi_startproc
    .cfi_undefined x30
    mov x0, x20
    blr x19
    brk #1
    .cfi_endproc
    .size start, .-start

#ifdef __ARM_FEATURE_BTI_DEFAULT
    .section .note.gnu.property, "a"
    .p2align 3
    .word 4, 16, 5
    .asciz "GNU"
    .word 0xc0000000, 4, 1, 0
#endif
    .section .note.GNU-stack, "", %progbits
