// SPDX-License-Identifier: MIT
// The system's Lua 5.4. Only CMoondialLua includes it: see "The three promises of the C boundary" in Architecture.md.
#include <lua.h>
#include <lualib.h>
#include <lauxlib.h>
