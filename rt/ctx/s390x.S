/* The switch for s390x, 64 bits (ctx.h). Integer registers go to the register save area in the caller's frame; the
 * address of a frame is 160 more than the stack pointer of its caller. */

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
.macro save_r6_to_r15
    stmg %r6, %r15, 48(%r15)
.irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    .cfi_rel_offset %r\n, 8 * \n
.endr
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
    save_r6_to_r15
    stg %r15, 0(%r6)
    lgr %r11, %r15
    .cfi_def_cfa_register %r11
    nill %r2, 0xfff8
    lay %r15, -160(%r2)
    stg %r11, 0(%r15)
    lgr %r1, %r3
    lgr %r2, %r4
    lgr %r3, %r5
    basr %r14, %r1
    lmg %r6, %r15, 48(%r11)
.irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    .cfi_restore %r\n
.endr
    .cfi_def_cfa %r15, 160
    br %r14
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define F(n) 8 * (n - 8)
#define FPC 64
#define FRAME 72
#define R(n) FRAME + 8 * n /* in the save area of its caller */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    save_r6_to_r15
    lay %r15, -FRAME(%r15)
    .cfi_adjust_cfa_offset FRAME
.irp n, 8, 9, 10, 11, 12, 13, 14, 15
    std %f\n, F(\n)(%r15)
    .cfi_rel_offset %f\n, F(\n)
.endr
    stfpc FPC(%r15)
    l %r0, FPC(%r15)
    stg %r15, 0(%r2)
    lg %r15, 0(%r3)
    /* Loading the modes, rounding and traps, is slow, and they hardly ever differ. */
    x %r0, FPC(%r15)
    nilf %r0, 0xf8000077
    je 1f
    lfpc FPC(%r15)
1:
.irp n, 8, 9, 10, 11, 12, 13, 14, 15
    ld %f\n, F(\n)(%r15)
    .cfi_restore %f\n
.endr
    lmg %r6, %r15, R(6)(%r15)
.irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    .cfi_restore %r\n
.endr
    .cfi_adjust_cfa_offset -FRAME
    br %r14
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    la %r1, 0(%r4, %r3)
    nill %r1, 0xfff8
    lay %r3, -160(%r1)
    lay %r1, -FRAME(%r3)
    xc 0(160, %r3), 0(%r3)
    xc 0(FRAME, %r1), 0(%r1)
    stg %r5, R(6)(%r1)
    stg %r6, R(7)(%r1)
    larl %r4, start
    stg %r4, R(14)(%r1)
    stg %r3, R(15)(%r1)
    stfpc FPC(%r1)
    stg %r1, 0(%r2)
    br %r14
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined %r14
    lgr %r2, %r7
    basr %r14, %r6
    j .+2
    .cfi_endproc
    .size start, .-start

    .section .note.GNU-stack, "", @progbits
