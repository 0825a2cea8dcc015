// SPDX-License-Identifier: MIT

#ifndef CTERMINALWIDTHS_H
#define CTERMINALWIDTHS_H

/// The cells of a character by the tables of the system's library: -1 for what is not printable there.
int terminal_width(unsigned int code_point);

#endif
