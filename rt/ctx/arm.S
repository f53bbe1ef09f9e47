/* The switch for arm, AAPCS (ctx.h), with or without VFP. */
    .syntax unified
    .arm /* callers in Thumb state get here and back by bx and blx */
    .cfi_sections .debug_frame /* gdb's; the exception tables of arm are others, and nothing throws here */

/* Begins and ends a function that only the runtime sees. */
.macro begin name
    .globl \name
    .hidden \name
    .type \name, %function
    .p2align 4
\name:
    .cfi_startproc
.endm
.macro end name
    .cfi_endproc
    .size \name, .-\name
.endm

#if defined(__ARM_FP) || (defined(__VFP_FP__) && !defined(__SOFTFP__))
#define VFP 1
    .fpu vfp
#endif

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
    ldr r12, [sp]
    push {r4-r11, lr}
    .cfi_def_cfa_offset 36
.irp n, 4, 5, 6, 7, 8, 9, 10, 11
    .cfi_rel_offset r\n, 4 * (\n - 4)
.endr
    .cfi_rel_offset lr, 32
    str sp, [r12]
    mov r11, sp
    .cfi_def_cfa_register r11
    bic r0, r0, #7
    mov sp, r0
    mov r12, r1
    mov r0, r2
    mov r1, r3
    blx r12
    mov sp, r11
    .cfi_def_cfa_register sp
    pop {r4-r11, pc}
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define FPSCR 0
#define D8 8
#define R4 76 /* after r3, which fills up */
#define LR 108
#define FRAME 112 /* a multiple of 8 */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    push {r3-r11, lr}
    sub sp, sp, #R4 - 4
    .cfi_def_cfa_offset FRAME
.irp n, 4, 5, 6, 7, 8, 9, 10, 11
    .cfi_rel_offset r\n, R4 + 4 * (\n - 4)
.endr
    .cfi_rel_offset lr, LR
#ifdef VFP
    add r12, sp, #D8
    vstmia r12, {d8-d15}
.irp n, 8, 9, 10, 11, 12, 13, 14, 15
    .cfi_rel_offset 256 + \n, D8 + 8 * (\n - 8)
.endr
    vmrs r2, fpscr
    str r2, [sp, #FPSCR]
#endif
    str sp, [r0]
    ldr sp, [r1]
#ifdef VFP
    /* Loading the modes is slow, and they hardly ever differ: rounding, flush to zero, default NaN, traps. */
    ldr r3, [sp, #FPSCR]
    eor r2, r2, r3
    tst r2, #0x03c00000
    tsteq r2, #0x9f00
    vmsrne fpscr, r3
    add r12, sp, #D8
    vldmia r12, {d8-d15}
#endif
    add sp, sp, #R4 - 4
    .cfi_adjust_cfa_offset -(R4 - 4)
    pop {r3-r11, pc}
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    add r1, r1, r2
    bic r1, r1, #7
    mov r2, #FRAME / 4
    mov r12, #0
1:  str r12, [r1, #-4]!
    subs r2, r2, #1
    bne 1b
    str r3, [r1, #R4]
    ldr r12, [sp]
    str r12, [r1, #R4 + 4]
    adr r12, start
    str r12, [r1, #LR]
#ifdef VFP
    vmrs r12, fpscr
    str r12, [r1, #FPSCR]
#endif
    str r1, [r0]
    bx lr
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, %function
start:
    .cfi_startproc
    .cfi_undefined lr
    mov r0, r5
    blx r4
    udf #0
    .cfi_endproc
    .size start, .-start

    .section .note.GNU-stack, "", %progbits
