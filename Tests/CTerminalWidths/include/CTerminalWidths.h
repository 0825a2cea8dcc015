// SPDX-License-Identifier: MIT

#ifndef CTERMINALWIDTHS_H
#define CTERMINALWIDTHS_H

/// The width of a character in terminal cells, by the C library's tables; -1 if it is not printable.
int terminal_width(unsigned int code_point);

#endif
