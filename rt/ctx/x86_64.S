/* The switch for x86-64, System V (ctx.h). */

/* Begins and ends a function that only the runtime sees. */
.macro begin name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    endbr64
.endm
.macro end name
    .cfi_endproc
    .size \name, .-\name
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
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
    /* nobody has changed the others, as fn keeps them */
    mov %rbp, %rsp
    pop %rbp
    .cfi_def_cfa %rsp, 8
    ret
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define MXCSR 0
#define X87CW 4
#define R15 8
#define R14 16
#define R13 24
#define R12 32
#define RBX 40
#define RBP 48
#define FRAME 56 /* the return address */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    sub $FRAME, %rsp
    .cfi_adjust_cfa_offset FRAME
    mov %rbp, RBP(%rsp)
    .cfi_rel_offset %rbp, RBP
    mov %rbx, RBX(%rsp)
    .cfi_rel_offset %rbx, RBX
    mov %r12, R12(%rsp)
    .cfi_rel_offset %r12, R12
    mov %r13, R13(%rsp)
    .cfi_rel_offset %r13, R13
    mov %r14, R14(%rsp)
    .cfi_rel_offset %r14, R14
    mov %r15, R15(%rsp)
    .cfi_rel_offset %r15, R15
    stmxcsr MXCSR(%rsp)
    fnstcw X87CW(%rsp)
    mov MXCSR(%rsp), %eax
    movzwl X87CW(%rsp), %edx
    mov %rsp, (%rdi)
    mov (%rsi), %rsp
    /* Loading the modes is slow, and they hardly ever differ. The exception flags of MXCSR are no modes. */
    xor MXCSR(%rsp), %eax
    and $0xffc0, %eax
    xor X87CW(%rsp), %dx
    or %edx, %eax
    jnz 2f
1:  mov R15(%rsp), %r15
    mov R14(%rsp), %r14
    mov R13(%rsp), %r13
    mov R12(%rsp), %r12
    mov RBX(%rsp), %rbx
    mov RBP(%rsp), %rbp
    add $FRAME, %rsp
    .cfi_remember_state
    .cfi_def_cfa_offset 8
    ret /* not a jump: the returns that follow would all be predicted wrongly, each to the place of the one before */
    .cfi_restore_state
2:  ldmxcsr MXCSR(%rsp)
    fldcw X87CW(%rsp)
    jmp 1b
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    lea (%rsi, %rdx), %rax
    and $-16, %rax
    sub $FRAME + 8, %rax
    lea start(%rip), %rdx
    mov %rdx, FRAME(%rax)
    xor %edx, %edx
    mov %rdx, RBP(%rax)
    mov %rcx, RBX(%rax)
    mov %r8, R12(%rax)
    mov %rdx, R13(%rax)
    mov %rdx, R14(%rax)
    mov %rdx, R15(%rax)
    stmxcsr MXCSR(%rax)
    fnstcw X87CW(%rax)
    mov %rax, (%rdi)
    ret
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined %rip
    mov %r12, %rdi
    call *%rbx
    ud2
    .cfi_endproc
    .size start, .-start

#if defined(__CET__) && (__CET__ & 1)
/* Branches are tracked. No shadow stack: it would have to be switched as well. */
    .section .note.gnu.property, "a"
    .p2align 3
    .long 4, 16, 5
    .asciz "GNU"
    .long 0xc0000002, 4, 1, 0
#endif
    .section .note.GNU-stack, "", @progbits
