/* The switch for loongarch64 (ctx.h), with or without floating point in registers. */

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
/* ra, fp and s0 to s8 are registers 1 and 22 to 31 */
.macro save_integers
    st.d $ra, $sp, 0
    .cfi_rel_offset 1, 0
.irp n, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    st.d $r\n, $sp, 8 * (\n - 21)
    .cfi_rel_offset \n, 8 * (\n - 21)
.endr
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
    addi.d $sp, $sp, -96
    .cfi_def_cfa_offset 96
    save_integers
    move $fp, $sp
    .cfi_def_cfa_register 22
    st.d $sp, $a4, 0
    bstrins.d $a0, $zero, 3, 0
    move $sp, $a0
    move $t0, $a1
    move $a0, $a2
    move $a1, $a3
    jirl $ra, $t0, 0
    /* nobody has changed the others, as fn keeps them */
    move $sp, $fp
    .cfi_def_cfa_register 3
    ld.d $ra, $sp, 0
    ld.d $fp, $sp, 8
    .cfi_restore 1
    .cfi_restore 22
    addi.d $sp, $sp, 96
    .cfi_def_cfa_offset 0
    jirl $zero, $ra, 0
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define RA 0
#define R(n) 8 * (n - 21)
#define FCSR 88
#define F(n) 96 + 8 * (n - 24)
#define FRAME 160 /* a multiple of 16 */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    addi.d $sp, $sp, -FRAME
    .cfi_def_cfa_offset FRAME
    save_integers
#ifdef __loongarch_double_float
.irp n, 24, 25, 26, 27, 28, 29, 30, 31
    fst.d $f\n, $sp, F(\n)
    .cfi_rel_offset 32 + \n, F(\n)
.endr
    movfcsr2gr $t0, $fcsr0
    st.d $t0, $sp, FCSR
#endif
    st.d $sp, $a0, 0
    ld.d $sp, $a1, 0
#ifdef __loongarch_double_float
    /* Loading the modes, rounding and traps, is slow, and they hardly ever differ. */
    ld.d $t1, $sp, FCSR
    xor $t0, $t0, $t1
    andi $t2, $t0, 0x1f
    bstrpick.d $t0, $t0, 9, 8
    or $t0, $t0, $t2
    beqz $t0, 1f
    bstrins.d $t1, $zero, 28, 24 /* the causes */
    movgr2fcsr $fcsr0, $t1
1:
.irp n, 24, 25, 26, 27, 28, 29, 30, 31
    fld.d $f\n, $sp, F(\n)
    .cfi_restore 32 + \n
.endr
#endif
    ld.d $ra, $sp, RA
    .cfi_restore 1
.irp n, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld.d $r\n, $sp, R(\n)
    .cfi_restore \n
.endr
    addi.d $sp, $sp, FRAME
    .cfi_def_cfa_offset 0
    jirl $zero, $ra, 0
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    add.d $a1, $a1, $a2
    bstrins.d $a1, $zero, 3, 0
    addi.d $a2, $a1, -FRAME
1:  addi.d $a1, $a1, -8
    st.d $zero, $a1, 0
    bne $a1, $a2, 1b
    la.local $t0, start
    st.d $t0, $a1, RA
    st.d $a3, $a1, R(23)
    st.d $a4, $a1, R(24)
#ifdef __loongarch_double_float
    movfcsr2gr $t0, $fcsr0
    st.d $t0, $a1, FCSR
#endif
    st.d $a1, $a0, 0
    jirl $zero, $ra, 0
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined 1
    move $a0, $s1
    jirl $ra, $s0, 0
    break 0
    .cfi_endproc
    .size start, .-start

    .section .note.GNU-stack, "", @progbits
