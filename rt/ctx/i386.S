/* The switch for i386, System V (ctx.h). Arguments are on the stack; the caller takes them off. */

/* Begins and ends a function that only the runtime sees. */
.macro begin name
    .globl \name
    .hidden \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    endbr32
.endm
.macro end name
    .cfi_endproc
    .size \name, .-\name
.endm

    .text

/* void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) */
begin snow_call_on
    push %ebp
    .cfi_def_cfa_offset 8
    .cfi_offset %ebp, -8
    mov %esp, %ebp
    .cfi_def_cfa_register %ebp
    push %ebx
    push %esi
    push %edi
    mov 24(%ebp), %eax
    mov %esp, (%eax)
    mov 8(%ebp), %esp
    and $-16, %esp
    sub $8, %esp
    push 20(%ebp)
    push 16(%ebp)
    call *12(%ebp)
    /* nobody has changed the others, as fn keeps them */
    mov %ebp, %esp
    pop %ebp
    .cfi_def_cfa %esp, 4
    ret
end snow_call_on

/* The frame of a suspended context, from its stack pointer on. */
#define MXCSR 0
#define X87CW 4
#define EDI 8
#define ESI 12
#define EBX 16
#define EBP 20
#define FRAME 24 /* the return address */

/* void snow_ctx_swap(snow_ctx *from, snow_ctx *to) */
begin snow_ctx_swap
    mov 4(%esp), %ecx
    mov 8(%esp), %edx
    sub $FRAME, %esp
    .cfi_adjust_cfa_offset FRAME
    mov %ebp, EBP(%esp)
    .cfi_rel_offset %ebp, EBP
    mov %ebx, EBX(%esp)
    .cfi_rel_offset %ebx, EBX
    mov %esi, ESI(%esp)
    .cfi_rel_offset %esi, ESI
    mov %edi, EDI(%esp)
    .cfi_rel_offset %edi, EDI
    fnstcw X87CW(%esp)
    mov %esp, (%ecx)
    movzwl X87CW(%esp), %ecx
#ifdef __SSE__
    stmxcsr MXCSR(%esp)
    mov MXCSR(%esp), %eax
#endif
    mov (%edx), %esp
    /* Loading the modes is slow, and they hardly ever differ. The exception flags of MXCSR are no modes. */
    xor X87CW(%esp), %cx
#ifdef __SSE__
    xor MXCSR(%esp), %eax
    and $0xffc0, %eax
    or %eax, %ecx
#else
    test %ecx, %ecx
#endif
    jnz 2f
1:  mov EDI(%esp), %edi
    mov ESI(%esp), %esi
    mov EBX(%esp), %ebx
    mov EBP(%esp), %ebp
    add $FRAME, %esp
    .cfi_remember_state
    .cfi_def_cfa_offset 4
    ret /* not a jump: the returns that follow would all be predicted wrongly, each to the place of the one before */
    .cfi_restore_state
2:  fldcw X87CW(%esp)
#ifdef __SSE__
    ldmxcsr MXCSR(%esp)
#endif
    jmp 1b
end snow_ctx_swap

/* void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) */
begin snow_ctx_init
    mov 8(%esp), %eax
    add 12(%esp), %eax
    and $-16, %eax
    sub $16 + FRAME + 4, %eax
    mov 20(%esp), %ecx
    mov %ecx, FRAME + 4(%eax) /* where start passes it on */
    mov 16(%esp), %ecx
    mov %ecx, EBX(%eax)
    call 1f
    .cfi_adjust_cfa_offset 4
1:  pop %ecx
    .cfi_adjust_cfa_offset -4
    add $start - 1b, %ecx
    mov %ecx, FRAME(%eax)
    xor %ecx, %ecx
    mov %ecx, EBP(%eax)
    mov %ecx, ESI(%eax)
    mov %ecx, EDI(%eax)
    fnstcw X87CW(%eax)
#ifdef __SSE__
    stmxcsr MXCSR(%eax)
#endif
    mov 4(%esp), %ecx
    mov %eax, (%ecx)
    ret
end snow_ctx_init

/* Where a new context is resumed. Debuggers see that nobody has called this. */
    .type start, @function
start:
    .cfi_startproc
    .cfi_undefined %eip
    call *%ebx
    ud2
    .cfi_endproc
    .size start, .-start

#if defined(__CET__) && (__CET__ & 1)
/* Branches are tracked. No shadow stack: it would have to be switched as well. */
    .section .note.gnu.property, "a"
    .p2align 2
    .long 4, 12, 5
    .asciz "GNU"
    .long 0xc0000002, 4, 1
#endif
    .section .note.GNU-stack, "", @progbits
