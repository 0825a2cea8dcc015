// SPDX-License-Identifier: MIT

// A Lua that is built with _FORTIFY_SOURCE, as Debian's is, raises errors with __longjmp_chk. ThreadSanitizer
// intercepts longjmp but not __longjmp_chk: it then assumes that the functions that were jumped over still run, and
// aborts when its stack of calls is full. So __longjmp_chk, a name of glibc's, is defined here to call longjmp.

#undef _FORTIFY_SOURCE

#include <setjmp.h>

#if defined(__GLIBC__) && defined(__has_feature)
#if __has_feature(thread_sanitizer)

_Noreturn void __longjmp_chk(jmp_buf buffer, int value);

_Noreturn void __longjmp_chk(jmp_buf buffer, int value) { longjmp(buffer, value); }

#endif
#endif
