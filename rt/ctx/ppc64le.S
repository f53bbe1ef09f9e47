/* The switch for powerpc64le, ELFv2 (ctx.h). Nothing here needs the TOC pointer, r2; it is kept for those who do. */
    .abiversion 2

/* Begins and ends a function that only the runtime sees. */
.macro begin name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
.endm
.macro end name
    .cfi_endproc
    .size \name, .-\name
.endm
/* Link and condition register go to the caller's frame. */
.macro save_lr_cr
    mflr 0
    std 0, 16(1)
    .cfi_offset lr, 16
    mfcr 0
    stw 0, 8(1)
    .cfi_offset cr2, 8
.endm
.macro load_lr_cr
    ld 0, 16(1)
    mtlr 0
    .cfi_restore lr
    lwz 0, 8(1)
    mtcrf 0x38, 0 /* cr2 to cr4 */
    .cfi_restore cr2
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
#define CALL_FRAME (32 + 18 * 8)
begin snow_call_on
    save_lr_cr
    stdu 1, -CALL_FRAME(1)
    .cfi_def_cfa_offset CALL_FRAME
.irp n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    std \n, 32 + 8 * (\n - 14)(1)
    .cfi_rel_offset \n, 32 + 8 * (\n - 14)
.endr
    mr 31, 1
    .cfi_def_cfa_register 31
    std 1, 0(7)
    std 2, 24(1)
    clrrdi 3, 3, 4
    stdu 31, -32(3) /* the new stack begins with a frame that leads to the old one */
    mr 1, 3
    mr 12, 4
    mtctr 12
    mr 3, 5
    mr 4, 6
    bctrl
    /* nobody has changed the others, as fn keeps them */
    ld 2, 24(31)
    addi 1, 31, CALL_FRAME
    .cfi_def_cfa 1, 0
    ld 31, -8(1)
    .cfi_restore 31
    load_lr_cr
    blr
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define TOC 24
#define R(n) 32 + 8 * (n - 14)
#define F(n) 176 + 8 * (n - 14)
#define V20 320
#define FPSCR 512
#define FRAME 528 /* a multiple of 16 */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    save_lr_cr
    stdu 1, -FRAME(1)
    .cfi_def_cfa_offset FRAME
    std 2, TOC(1)
.irp n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    std \n, R(\n)(1)
    .cfi_rel_offset \n, R(\n)
    stfd \n, F(\n)(1)
    .cfi_rel_offset 32 + \n, F(\n)
.endr
#ifdef __ALTIVEC__
    li 5, V20
.irp n, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    stvx \n, 5, 1
    addi 5, 5, 16
    .cfi_rel_offset 77 + \n, V20 + 16 * (\n - 20)
.endr
#endif
    mffs 0
    stfd 0, FPSCR(1)
    ld 6, FPSCR(1)
    std 1, 0(3)
    ld 1, 0(4)
    /* Loading the modes, rounding and traps, is slow, and they hardly ever differ. */
    ld 7, FPSCR(1)
    xor 6, 6, 7
    andi. 6, 6, 0xff
    beq 1f
    lfd 0, FPSCR(1)
    mtfsf 3, 0
1:
#ifdef __ALTIVEC__
    li 5, V20
.irp n, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lvx \n, 5, 1
    addi 5, 5, 16
.endr
#endif
.irp n, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld \n, R(\n)(1)
    lfd \n, F(\n)(1)
.endr
    ld 2, TOC(1)
    addi 1, 1, FRAME
    .cfi_def_cfa_offset 0
    load_lr_cr
    blr
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    add 4, 4, 5
    clrrdi 4, 4, 4
    li 8, (32 + FRAME) / 8
    mtctr 8
    li 0, 0
1:  stdu 0, -8(4)
    bdnz 1b
    addi 8, 4, FRAME
    std 8, 0(4) /* the frame below that of start, whose own back chain is 0 */
    std 6, R(14)(4)
    std 7, R(15)(4)
    std 2, TOC(4)
    mflr 0
    .cfi_register lr, 0
    bcl 20, 31, 2f
2:  mflr 8
    mtlr 0
    .cfi_restore lr
    addi 8, 8, start - 2b
    std 8, FRAME + 16(4)
    mfcr 0
    stw 0, FRAME + 8(4)
    mffs 0
    stfd 0, FPSCR(4)
    std 4, 0(3)
    blr
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined lr
    mr 12, 14
    mtctr 12
    mr 3, 15
    bctrl
    trap
    .cfi_endproc
    .size start, .-start

    .section .note.GNU-stack, "", @progbits
