/* The switch for mips64, n64 (ctx.h). */
    .set noreorder
    .set nomips16
    .set nomicromips

/* Begins and ends a function that only the runtime sees. */
.macro begin name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 3
\name:
    .cfi_startproc
.endm
.macro end name
    .cfi_endproc
    .size \name, .-\name
.endm
.macro save reg, at
    sd $\reg, \at($sp)
    .cfi_rel_offset \reg, \at
.endm
/* s0 to s7, gp, fp, ra */
.macro save_integers
    save 16, 0
    save 17, 8
    save 18, 16
    save 19, 24
    save 20, 32
    save 21, 40
    save 22, 48
    save 23, 56
    save 28, 64
    save 30, 72
    save 31, 80
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
    daddiu $sp, $sp, -96
    .cfi_def_cfa_offset 96
    save_integers
    move $fp, $sp
    .cfi_def_cfa_register 30
    sd $sp, 0($8)
    dsrl $4, $4, 4
    dsll $sp, $4, 4
    move $25, $5 /* position-independent functions find themselves through $25 */
    move $4, $6
    jalr $25
    move $5, $7
    /* nobody has changed the others, as fn keeps them */
    move $sp, $fp
    .cfi_def_cfa_register 29
    ld $31, 80($sp)
    ld $fp, 72($sp)
    .cfi_restore 31
    .cfi_restore 30
    jr $31
    daddiu $sp, $sp, 96
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define S0 0
#define S1 8
#define GP 64
#define RA 80
#define FCSR 88
#define F(n) 96 + 8 * (n - 24)
#define FRAME 160 /* a multiple of 16 */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    daddiu $sp, $sp, -FRAME
    .cfi_def_cfa_offset FRAME
    save_integers
#ifdef __mips_hard_float
.irp n, 24, 25, 26, 27, 28, 29, 30, 31
    sdc1 $f\n, F(\n)($sp)
    .cfi_rel_offset 32 + \n, F(\n)
.endr
    cfc1 $8, $31
    sw $8, FCSR($sp)
#endif
    sd $sp, 0($4)
    ld $sp, 0($5)
#ifdef __mips_hard_float
    /* Loading the modes, rounding and traps, is slow, and they hardly ever differ. */
    lw $9, FCSR($sp)
    xor $8, $8, $9
    andi $8, $8, 0xf83
    beqz $8, 1f
    lui $10, 0xfffc
    ori $10, $10, 0x0fff
    and $9, $9, $10 /* without the causes: one that is written traps */
    ctc1 $9, $31
1:
.irp n, 24, 25, 26, 27, 28, 29, 30, 31
    ldc1 $f\n, F(\n)($sp)
.endr
#endif
    ld $16, S0($sp)
    ld $17, S1($sp)
    ld $18, 16($sp)
    ld $19, 24($sp)
    ld $20, 32($sp)
    ld $21, 40($sp)
    ld $22, 48($sp)
    ld $23, 56($sp)
    ld $28, GP($sp)
    ld $30, 72($sp)
    ld $31, RA($sp)
    jr $31
    daddiu $sp, $sp, FRAME
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    daddu $5, $5, $6
    dsrl $5, $5, 4
    dsll $5, $5, 4
    daddiu $6, $5, -FRAME
1:  daddiu $5, $5, -8
    bne $5, $6, 1b
    sd $0, 0($5)
    sd $7, S0($5)
    sd $8, S1($5)
    sd $28, GP($5)
    move $9, $31
    .cfi_register 31, 9
    bal 3f
    nop
2:  .word start - 2b
3:  lw $10, 0($31)
    daddu $10, $10, $31
    sd $10, RA($5)
#ifdef __mips_hard_float
    cfc1 $10, $31
    sw $10, FCSR($5)
#endif
    jr $9
    sd $5, 0($4)
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined 31
    move $25, $16
    jalr $25
    move $4, $17
    break
    .cfi_endproc
    .size start, .-start

    .section .note.GNU-stack, "", @progbits
