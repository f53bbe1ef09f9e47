/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp)
 * Calls fn(a, b) on the stack that ends at top and comes back. The callee-saved registers are stored on the old stack
 * and its pointer is saved, so that a collector finds what they hold. */
    .text
    .globl snow_call_on
    .hidden snow_call_on
    .type snow_call_on, %function
    .p2align 4
snow_call_on:
    .cfi_startproc
    stp x29, x30, [sp, #-96]!
    .cfi_def_cfa_offset 96
    .cfi_offset 29, -96
    .cfi_offset 30, -88
    mov x29, sp
    .cfi_def_cfa_register 29
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    mov x9, sp
    str x9, [x4]
    and x0, x0, #~15
    mov sp, x0
    mov x9, x1
    mov x0, x2
    mov x1, x3
    blr x9
    mov sp, x29
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    .cfi_def_cfa 31, 0
    ret
    .cfi_endproc
    .size snow_call_on, .-snow_call_on
    .section .note.GNU-stack,"",%progbits
