// SPDX-License-Identifier: MIT

extension Registry {
    /// The part of Lua's standard library that rules can use.
    /// Signatures from the Lua 5.4 reference manual, https://www.lua.org/manual/5.4/manual.html#6.
    package static let library: [RegistryEntry] =
        functions.map(function) + values.map { RegistryEntry($0, .library, type: $1, $2) }

    private static func function(_ signature: String, _ summary: String) -> RegistryEntry {
        let parts = signature.split(separator: "(", maxSplits: 1)
        let name = String(parts[0])
        var depth = 0
        var parameters: [Parameter] = []
        var word = ""
        for character in parts[1] {
            if character.isLetter || character.isNumber || character == "…" || character == "_" {
                word.append(character)
                continue
            }
            if !word.isEmpty { parameters.append(Parameter(word, "any", optional: depth > 0 || word == "…", "")) }
            word = ""
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
        }
        return RegistryEntry(
            name, .library, signature: signature, parameters: parameters, isFunction: true, summary)
    }

    private static let values: [(String, String, String)] = [
        ("_VERSION", "string", "\"Lua 5.4\""),
        ("math.huge", "number", "larger than any other number"),
        ("math.maxinteger", "integer", "the largest integer"),
        ("math.mininteger", "integer", "the smallest integer"),
        ("math.pi", "number", "the ratio of a circle's circumference to its diameter"),
        ("utf8.charpattern", "string", "matches one UTF-8 sequence"),
    ]

    private static let functions: [(String, String)] = basics + libraries

    private static let basics: [(String, String)] = [
        ("assert(v [, message [, …]])", "raises an error when v is false or nil, else returns its arguments"),
        ("collectgarbage([opt])", "kilobytes in use with \"count\"; else nothing, since the host collects"),
        ("error([message [, level]])", "raises an error"),
        ("getmetatable(object)", "the metatable, or its __metatable"),
        ("ipairs(t)", "iterates over 1, 2, … up to the first nil"),
        ("load(chunk [, chunkname [, mode [, env]]])", "compiles text"),
        ("next(table [, index])", "the next entry after an index"),
        ("pairs(t)", "iterates over all entries"),
        ("pcall(f [, …])", "calls a function; true and its results, or false and the error"),
        ("rawequal(v1, v2)", "equality without __eq"),
        ("rawget(table, index)", "the entry without __index"),
        ("rawlen(v)", "the length without __len"),
        ("rawset(table, index, value)", "sets an entry without __newindex"),
        ("select(n, …)", "the arguments from the n-th on; \"#\" for their number"),
        ("setmetatable(table, metatable)", "sets the metatable and returns the table"),
        ("tonumber(e [, base])", "the number, or nil"),
        ("tostring(v)", "the value as text"),
        ("type(v)", "the name of the value's type"),
        ("xpcall(f, msgh [, …])", "pcall with a function that gets the error"),
    ]

    private static let libraries: [(String, String)] = [
        ("coroutine.close(co)", "closes a suspended coroutine"),
        ("coroutine.create(f)", "a new coroutine"),
        ("coroutine.isyieldable([co])", "whether it can yield"),
        ("coroutine.resume(co [, …])", "starts or continues a coroutine"),
        ("coroutine.running()", "the running coroutine, and whether it is the main one"),
        ("coroutine.status(co)", "\"running\", \"suspended\", \"normal\" or \"dead\""),
        ("coroutine.wrap(f)", "a function that resumes a new coroutine"),
        ("coroutine.yield(…)", "suspends the running coroutine"),
        ("math.abs(x)", "the absolute value"),
        ("math.acos(x)", "the arc cosine, in radians"),
        ("math.asin(x)", "the arc sine, in radians"),
        ("math.atan(y [, x])", "the arc tangent of y/x, in radians"),
        ("math.ceil(x)", "the smallest integer not below x"),
        ("math.cos(x)", "the cosine of radians"),
        ("math.deg(x)", "radians to degrees"),
        ("math.exp(x)", "e to the power of x"),
        ("math.floor(x)", "the largest integer not above x"),
        ("math.fmod(x, y)", "the remainder, rounded towards zero"),
        ("math.log(x [, base])", "the logarithm, natural by default"),
        ("math.max(x, …)", "the largest argument"),
        ("math.min(x, …)", "the smallest argument"),
        ("math.modf(x)", "the integral and the fractional part"),
        ("math.rad(x)", "degrees to radians"),
        ("math.random([m [, n]])", "a random number; not for secrets"),
        ("math.randomseed([x [, y]])", "starts another sequence of random numbers, for this rule and run alone"),
        ("math.sin(x)", "the sine of radians"),
        ("math.sqrt(x)", "the square root"),
        ("math.tan(x)", "the tangent of radians"),
        ("math.tointeger(x)", "x as an integer, or nil"),
        ("math.type(x)", "\"integer\", \"float\" or nil"),
        ("math.ult(m, n)", "compares as unsigned integers"),
        ("os.clock()", "seconds of processor time that the run or script has used"),
        ("os.date([format [, time]])", "a time as text, or with \"*t\" as a table"),
        ("os.difftime(t2, t1)", "seconds between two times"),
        ("os.time([table])", "seconds since 1970"),
        ("string.byte(s [, i [, j]])", "the codes of bytes"),
        ("string.char(…)", "a string of byte codes"),
        ("string.find(s, pattern [, init [, plain]])", "where a pattern stands: start and end, and its captures"),
        ("string.format(formatstring, …)", "puts values into a text"),
        ("string.gmatch(s, pattern [, init])", "iterates over the matches"),
        ("string.gsub(s, pattern, repl [, n])", "replaces matches; the text and their number"),
        ("string.len(s)", "the number of bytes"),
        ("string.lower(s)", "in lower case"),
        ("string.match(s, pattern [, init])", "the captures of the first match, or nil"),
        ("string.pack(fmt, …)", "values as bytes"),
        ("string.packsize(fmt)", "the number of bytes that a format takes"),
        ("string.rep(s, n [, sep])", "the string n times"),
        ("string.reverse(s)", "the bytes backwards"),
        ("string.sub(s, i [, j])", "the bytes from i to j"),
        ("string.unpack(fmt, s [, pos])", "bytes as values"),
        ("string.upper(s)", "in upper case"),
        ("table.concat(list [, sep [, i [, j]]])", "the elements as one text"),
        ("table.insert(list [, pos], value)", "inserts an element, at the end by default"),
        ("table.move(a1, f, e, t [, a2])", "copies elements"),
        ("table.pack(…)", "a table of the arguments, with their number in n"),
        ("table.remove(list [, pos])", "removes an element, the last by default, and returns it"),
        ("table.sort(list [, comp])", "sorts in place"),
        ("table.unpack(list [, i [, j]])", "the elements as values"),
        ("utf8.char(…)", "the text of code points"),
        ("utf8.codepoint(s [, i [, j [, lax]]])", "the code points of characters"),
        ("utf8.codes(s [, lax])", "iterates over positions and code points"),
        ("utf8.len(s [, i [, j [, lax]]])", "the number of characters, or nil and the bad position"),
        ("utf8.offset(s, n [, i])", "the position of the n-th character"),
    ]
}
