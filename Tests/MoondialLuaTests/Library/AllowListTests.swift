// SPDX-License-Identifier: MIT

import MoondialLua
import Testing

/// Every function of the manual's index is allowed or left out with a reason.
@Suite struct AllowListTests {
    /// Lua 5.4 Reference Manual, index of standard functions and values: https://www.lua.org/manual/5.4/#index
    /// (without the methods of files).
    static let manual = """
        _G _VERSION assert collectgarbage dofile error getmetatable ipairs load loadfile next pairs pcall print rawequal
        rawget rawlen rawset require select setmetatable tonumber tostring type warn xpcall
        coroutine coroutine.close coroutine.create coroutine.isyieldable coroutine.resume coroutine.running
        coroutine.status coroutine.wrap coroutine.yield
        debug debug.debug debug.gethook debug.getinfo debug.getlocal debug.getmetatable debug.getregistry
        debug.getupvalue debug.getuservalue debug.sethook debug.setlocal debug.setmetatable debug.setupvalue
        debug.setuservalue debug.traceback debug.upvalueid debug.upvaluejoin
        io io.close io.flush io.input io.lines io.open io.output io.popen io.read io.stderr io.stdin io.stdout
        io.tmpfile io.type io.write
        math math.abs math.acos math.asin math.atan math.ceil math.cos math.deg math.exp math.floor math.fmod math.huge
        math.log math.max math.maxinteger math.min math.mininteger math.modf math.pi math.rad math.random
        math.randomseed math.sin math.sqrt math.tan math.tointeger math.type math.ult
        os os.clock os.date os.difftime os.execute os.exit os.getenv os.remove os.rename os.setlocale os.time os.tmpname
        package package.config package.cpath package.loaded package.loadlib package.path package.preload
        package.searchers package.searchpath
        string string.byte string.char string.dump string.find string.format string.gmatch string.gsub string.len
        string.lower string.match string.pack string.packsize string.rep string.reverse string.sub string.unpack
        string.upper
        table table.concat table.insert table.move table.pack table.remove table.sort table.unpack
        utf8 utf8.char utf8.charpattern utf8.codepoint utf8.codes utf8.len utf8.offset
        """.split { $0 == " " || $0 == "\n" }.map(String.init)

    /// Functions made by the host, and tables of allowed functions.
    private static let ours: Set = ["_G", "print", "require", "coroutine", "math", "os", "string", "table", "utf8"]

    @Test func everyNameOfTheManualIsEitherAllowedOrOmitted() {
        let allowed = Set(StandardLibrary.allowed).union(Self.ours)
        let omitted = StandardLibrary.omitted.map(\.name)
        for name in Self.manual {
            let isOmitted = omitted.contains { name == $0 || name.hasPrefix($0 + ".") }
            #expect(allowed.contains(name) != isOmitted, "\(name)")
        }
        #expect(allowed.isSubset(of: Self.manual))
        #expect(Set(omitted).isSubset(of: Self.manual))
        #expect(Set(omitted).count == omitted.count)
        #expect(Set(StandardLibrary.allowed).count == StandardLibrary.allowed.count)
    }

    @Test(arguments: StandardLibrary.allowed)
    func allowedNameExists(_ name: String) throws {
        #expect(try LuaFixture().run("return \(name) ~= nil") == [true])
    }

    @Test(arguments: StandardLibrary.omitted.map(\.name))
    func omittedNameIsNil(_ name: String) throws {
        #expect(try LuaFixture().run("return \(name) == nil") == [true])
    }

    @Test func noOtherNamesAreGlobal() throws {
        let names = try LuaFixture().run(
            """
            local names = {}
            local function add(prefix, t)
              for name, value in pairs(t) do
                if type(value) ~= 'table' then names[#names + 1] = prefix .. name
                elseif value ~= _G then add(prefix .. name .. '.', value) end
              end
            end
            add('', _G)
            return table.unpack(names)
            """
        ).map(\.text)
        let host = ["print", "require", "verify", "note", "echo", "fail", "take"]
        #expect(Set(names) == Set(StandardLibrary.allowed + host))
    }

    @Test(arguments: StandardLibrary.omitted)
    func omissionHasAReason(_ omission: StandardLibrary.Omission) {
        #expect(omission.reason.count > 10)
    }

    @Test func configuredAllowListIsUsed() throws {
        var configuration = LuaVM.Configuration()
        configuration.standardLibrary = ["assert", "math.pi"]
        let vm = try LuaVM(configuration)
        let thread = try vm.makeThread()
        let function = try vm.load(Array("return assert(math.pi), math.sin, string, error".utf8), name: .label("x"))
        #expect(thread.start(function).values == [.number(Double.pi), .nil, .nil, .nil])
        thread.close()
    }
}

extension StandardLibrary.Omission: CustomTestStringConvertible {
    public var testDescription: String { name }
}
