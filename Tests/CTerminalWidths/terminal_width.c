// SPDX-License-Identifier: MIT

#define _XOPEN_SOURCE 700  // newlocale, wcwidth
#include <locale.h>
#include <pthread.h>
#include <wchar.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "CTerminalWidths.h"

static locale_t unicode;

static void find_locale(void) { unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }

int terminal_width(unsigned int code_point) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_locale);
    locale_t previous = uselocale(unicode);
    int width = wcwidth((wchar_t)code_point);
    uselocale(previous);
    return width;
}
