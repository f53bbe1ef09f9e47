/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp)
 * Calls fn(a, b) on the stack that ends at top and comes back. The callee-saved registers are pushed and the old stack
 * pointer is stored, so that a collector finds what they hold. */
    .text
    .globl snow_call_on
    .hidden snow_call_on
    .type snow_call_on, @function
    .p2align 4
snow_call_on:
    .cfi_startproc
    endbr64
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%r8)
    and $-16, %rdi
    mov %rdi, %rsp
    mov %rsi, %rax
    mov %rdx, %rdi
    mov %rcx, %rsi
    call *%rax
    lea -40(%rbp), %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size snow_call_on, .-snow_call_on
    .section .note.GNU-stack,"",@progbits
