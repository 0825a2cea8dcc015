// SPDX-License-Identifier: MIT

/// The part of the rule language that is written in Lua: `rule`, `allow`, `deny` and `review`, `moondial.all`, the
/// records that hooks get, and globals that must be defined before they are read.
///
/// The prelude runs once per Lua state, before any script, with the host-only functions as its argument.
enum Prelude {
    static let text = words + records + errors + decisions + concurrency + background + globals

    private static let words = """
        local host = ...
        local error, next, rawequal, rawget, rawset = error, next, rawequal, rawget, rawset
        local setmetatable, tostring, type = setmetatable, tostring, type
        local unpack = table.unpack

        function rule(name)
          host.begin_rule(name)
          return function(hooks)
            host.rule(name, hooks)
            -- A module that defines rules is a rule file: from now on its undefined globals are errors.
            for _, hook in next, hooks do host.leave_environment(hook) end
          end
        end

        moondial.json.array = host.array

        """

    /// The arguments of hooks. Their fields cannot be assigned, since an assignment would have no effect. Reading a
    /// field that the record never has is an error and does not give nil, since a condition on nil would silently never
    /// hold.
    private static let records = """
        local function record(class, name, missing, methods)
          local metatable = methods or {}
          metatable.__name = name
          metatable.__index = missing
          metatable.__newindex = function(_, key)
            error(("cannot assign field '%s': '%s' is read-only"):format(tostring(key), name), 2)
          end
          host.set_record_class(class, metatable)
        end

        local function strict(class, name, names, methods)
          local fields = {}
          for field in names:gmatch "%S+" do fields[field] = true end
          record(class, name, function(_, field)
            if not fields[field] then host.unknown_field(name, tostring(field), names) end
          end, methods)
        end

        strict(\(LuaClass.request.rawValue), "req", "\(fields(requestFields))")
        strict(\(LuaClass.attempt.rawValue), "attempt", "\(fields(attemptFields))")
        record(\(LuaClass.result.rawValue), "decision")
        record(\(LuaClass.data.rawValue), "context")

        """

    /// Errors that are values, as in `attempt.error` and after nil. They convert to text, so that scripts can use them
    /// like messages.
    private static let errors = """
        local metatable = {}

        local function text(value)
          if host.has_metatable(value, metatable) then return value.message end
          local kind = type(value)
          if kind == "string" or kind == "number" then return value end
          error(("attempt to concatenate a %s value"):format(kind), 3)
        end

        function metatable.__tostring(self) return self.message end
        function metatable.__concat(left, right) return text(left) .. text(right) end

        strict(\(LuaClass.error.rawValue), "error", "\(fields(errorFields))", metatable)

        """

    /// Decisions are values, and constructors of values with a reason and fields.
    private static let decisions = """
        local function decision(payload) return host.object(\(LuaClass.decision.rawValue), payload) end

        -- A cache of decisions with a reason and no fields, since rules make the same ones again and again.
        local made, room = {}, 1000

        host.set_class(\(LuaClass.decision.rawValue), {
          __name = "decision",
          __call = function(self, reason, fields)
            local plain = fields == nil and made[self]
            local known = plain and plain[reason]
            if known then return known end
            local payload = host.payload(self)
            if payload.reason ~= nil or payload.fields ~= nil then
              error(("this %s has its reason already"):format(payload.decision), 2)
            end
            local value = decision(host[payload.decision](reason, fields))
            if plain and room > 0 and type(reason) == "string" and #reason <= 64 then
              plain[reason], room = value, room - 1
            end
            return value
          end,
          __index = function(self, field)
            local payload = host.payload(self)
            if field == "decision" or field == "reason" then return payload[field] end
            if field == "fields" then return host.copy(payload.fields or {}) end
            host.unknown_field("decision", tostring(field), "\(fields(choiceFields))")
          end,
          __newindex = function(_, field)
            error(("cannot assign field '%s': a decision is read-only"):format(tostring(field)), 2)
          end,
          __tostring = function(self)
            local payload = host.payload(self)
            return payload.reason and ("%s %q"):format(payload.decision, payload.reason) or payload.decision
          end,
        })

        allow = decision { decision = "allow" }
        deny = decision { decision = "deny" }
        review = decision { decision = "review" }
        for _, outcome in next, { allow, deny, review } do made[outcome] = {} end

        """

    /// Each function runs on a thread of its own. Its results and its error stay in Lua, unconverted.
    private static let concurrency = """
        local all = moondial.all

        local function keeping(results, number, run)
          return function()
            local outcome <close> = setmetatable({}, { __close = function(_, failure)
              if failure ~= nil and results.failure == nil then results.failure = failure end
            end })
            results[number] = run()
          end
        end

        function moondial.all(functions)
          local count = host.all(functions) -- raises unless it is a list of functions
          local results, threads = {}, {}
          for number = 1, count do threads[number] = keeping(results, number, functions[number]) end
          if not all(threads) then error(results.failure, 0) end
          return unpack(results, 1, count)
        end

        """

    /// A function of `moondial.spawn` is like a block at a prompt: its results are shown.
    private static let background = """
        local pack = table.pack

        function moondial.spawn(run, ...)
          local arguments = pack(...)
          return host.spawn(run, function() host.show(run(unpack(arguments, 1, arguments.n))) end)
        end

        """

    /// Runs typed blocks and keeps their results in globals: of several values the first is `_1`, the next `_2`. The
    /// results stay in Lua; the host gets views of them.
    static let prompt = """

        local select = select

        local function keep(count, ...)
          for number = 9, count + 1, -1 do
            rawset(defined, "_" .. number, rawget(defined, "_" .. number - count))
          end
          for number = 1, count do rawset(defined, "_" .. number, (select(number, ...))) end
          rawset(defined, "_", (...))
        end

        local last = pack()

        local function remember(show, ...)
          show(...)
          local count = select("#", ...)
          if count == 0 then return end
          last = pack(...)
          for number = 1, count do
            if last[number] ~= nil then return keep(count < 9 and count or 9, ...) end
          end
        end

        local function pass(...) return ... end

        host.set_evaluator(function(block, passes_values, is_whole, count)
          local failure <close> = setmetatable({}, { __close = function(_, failure)
            if failure ~= nil then rawset(defined, "_error", failure) end
          end })
          local show = is_whole and host.show_whole or host.show
          if count then
            host.note_cost()
            if passes_values then
              for _ = 1, count do block(pass) end
            else
              for _ = 1, count do block() end
            end
            host.note_cost()
          elseif not block then
            host.show_whole(unpack(last, 1, last.n))
          elseif passes_values then
            remember(show, block(pass))
          else
            remember(show, block())
          end
        end)
        """

    /// Reading an undefined global is an error: `return denny` must not be `return nil`, which is no answer. In
    /// modules, and through `_G`, an undefined global is nil, as in stock Lua. Predefined globals cannot be changed.
    /// Scripts can define others; rule files only through `_G`, since `limit = 5` is nearly always meant to be local;
    /// modules and hooks cannot.
    private static let globals = """
        setmetatable(_G, {
          __metatable = false,
          __index = function(_, name)
            if not host.is_strict(tostring(name)) then return nil end
            local known = {}
            for other in next, _G do
              if type(other) == "string" and #other <= 64 and #known < 2000 then known[#known + 1] = other end
            end
            host.undefined_global(tostring(name), known)
          end,
        })

        local predefined, defined = {}, nil

        local function assign(name, value, is_explicit)
          if predefined[name] and rawequal(defined[name], value) then return end
          local is_defined = rawget(defined, name) ~= nil
          host.check_assignment(tostring(name), predefined[name] == true, is_defined, is_explicit)
          defined[name] = value
        end

        defined = host.freeze_but_for(_G, "_G", function(_, name, value) assign(name, value, false) end)
        local of_modules = {}
        -- The _G of rule files and scripts, and the globals of modules.
        defined._G = host.use_environment(of_modules, defined, function(_, name, value) assign(name, value, true) end)
        for name, value in next, defined do
          predefined[name] = true
          of_modules[name] = value -- a copy here is found faster
        end
        of_modules.load = host.loader(defined._G)
        -- Unlike the words of the language, `show` can be redefined: scripts have functions of that name.
        rawset(defined, "show", host.show_values)
        -- Libraries read fields of io, debug and package while they load, but use them only where there are files.
        local function read_only(name, fields)
          host.freeze_but_for(fields, name, function(_, key)
            error(("cannot assign field '%s': '%s' is read-only"):format(tostring(key), name), 2)
          end)
          return fields
        end

        local loaded = { _G = defined._G }
        for name in ("string table math utf8 os coroutine"):gmatch "%a+%d?" do loaded[name] = defined[name] end
        of_modules.io = read_only("io", {})
        of_modules.debug = read_only("debug", { traceback = function(message) return message end })
        of_modules.package = read_only("package", {
          config = "/\\n;\\n?\\n!\\n-\\n", path = "", cpath = "",
          loaded = read_only("package.loaded", loaded), preload = read_only("package.preload", {}),
          searchpath = function() return nil, "there are no paths" end,
        })
        setmetatable(of_modules, { __index = function(_, name) return rawget(defined, name) end })
        """

    private static func fields(_ names: [String]) -> String { names.joined(separator: " ") }
}

extension Prelude {
    static let requestFields = Registry.fieldNames(of: "req")
    static let attemptFields = Registry.fieldNames(of: "attempt")
    static let errorFields = Registry.fieldNames(of: "error")
    static let choiceFields = ["decision", "reason", "fields"]
    /// The fields of every decision table. A rule cannot add fields of these names.
    static let resultFields = Registry.fieldNames(of: "decision")
}
