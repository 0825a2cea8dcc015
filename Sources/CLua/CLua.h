// SPDX-License-Identifier: MIT
// The system's Lua 5.4. Only CMoondialLua includes it: see "The C boundary" in the README.
#include <lua.h>
#include <lualib.h>
#include <lauxlib.h>
