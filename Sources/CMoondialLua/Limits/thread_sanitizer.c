// SPDX-License-Identifier: MIT

// A Lua that is built with _FORTIFY_SOURCE, as Debian's is, raises errors with __longjmp_chk. ThreadSanitizer stands in
// for longjmp and not for that, takes the functions that are jumped over for running on, and dies when its stack of calls
// is full of them. Here the one leads to the other; the name is glibc's.

#undef _FORTIFY_SOURCE

#include <setjmp.h>

#if defined(__GLIBC__) && defined(__has_feature)
#if __has_feature(thread_sanitizer)

_Noreturn void __longjmp_chk(jmp_buf buffer, int value);

_Noreturn void __longjmp_chk(jmp_buf buffer, int value) { longjmp(buffer, value); }

#endif
#endif
