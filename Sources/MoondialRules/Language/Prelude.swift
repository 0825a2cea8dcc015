// SPDX-License-Identifier: MIT

/// The part of the rule language that is written in Lua: the words `rule`, `allow`, `deny` and `review`, and the strict
/// tables that hooks get. It runs once per Lua state, before any script, with the host-only functions as its argument.
enum Prelude {
    /// Names that the decision table has anyway, so that a mapping cannot add them.
    static let decisionFields = [
        "decision", "reason", "rule", "verdict", "code", "content", "id", "exid", "endpoint", "attempts", "elapsed_ms",
        "trace_id",
    ]
    static let requestFields = [
        "phone", "token", "exid", "channel", "ip", "operator", "token_age_ms", "timeout_ms", "context",
    ]
    static let attemptFields = [
        "endpoint", "verdict", "code", "content", "id", "exid", "http_status", "error", "delivered", "billed",
        "elapsed_ms",
    ]

    static let text = """
        local host = ...
        local error, ipairs, pairs, tostring, type = error, ipairs, pairs, tostring, type

        local function set(names)
          local result = {}
          for name in names:gmatch "%S+" do result[name] = true end
          return result
        end

        -- Strict tables: an unknown field is an error and not nil, and nothing can be assigned.
        local function record(class, name, fields)
          host.set_class(class, {
            __name = name,
            __metatable = false,
            __index = function(_, key)
              if not fields[key] then error(host.unknown_field(name, key), 2) end
            end,
            __newindex = function(_, key)
              error(("cannot assign field '%s': '%s' is read-only"):format(tostring(key), name), 2)
            end,
          })
        end
        record(\(LuaClass.request.rawValue), "req", set "\(requestFields.joined(separator: " "))")
        record(\(LuaClass.attempt.rawValue), "attempt", set "\(attemptFields.joined(separator: " "))")

        -- Decisions: values, and constructors of values with a reason and fields.
        local reserved = set "\(decisionFields.joined(separator: " "))"
        local decision = \(LuaClass.decision.rawValue)

        local function copy(fields, outcome)
          local result = {}
          for key, value in pairs(fields) do
            if type(key) ~= "string" then
              error(("bad argument #2 to '%s' (the key %s is no string)"):format(outcome, tostring(key)), 3)
            end
            if reserved[key] then
              error(("bad argument #2 to '%s' (the field '%s' is always there)"):format(outcome, key), 3)
            end
            result[key] = value
          end
          return result
        end

        local function construct(self, reason, fields)
          local payload = host.payload(self)
          local outcome = payload.decision
          if payload.reason ~= nil or payload.fields ~= nil then
            error(("this %s has its reason already"):format(outcome), 2)
          end
          if reason ~= nil and type(reason) ~= "string" then
            error(("bad argument #1 to '%s' (string expected, got %s)"):format(outcome, type(reason)), 2)
          end
          if fields ~= nil and type(fields) ~= "table" then
            error(("bad argument #2 to '%s' (table expected, got %s)"):format(outcome, type(fields)), 2)
          end
          return host.object(decision, {
            decision = outcome, reason = reason, fields = fields and copy(fields, outcome),
          })
        end

        host.set_class(decision, {
          __name = "decision",
          __metatable = false,
          __call = construct,
          __index = function(self, key)
            local payload = host.payload(self)
            if key == "fields" then return copy(payload.fields or {}, payload.decision) end
            if key == "decision" or key == "reason" then return payload[key] end
            error(host.unknown_field("decision", tostring(key)), 2)
          end,
          __newindex = function(_, key)
            error(("cannot assign field '%s': a decision is read-only"):format(tostring(key)), 2)
          end,
          __tostring = function(self)
            local payload = host.payload(self)
            return payload.reason and ("%s %q"):format(payload.decision, payload.reason) or payload.decision
          end,
        })

        allow = host.object(decision, { decision = "allow" })
        deny = host.object(decision, { decision = "deny" })
        review = host.object(decision, { decision = "review" })

        function rule(name)
          host.begin_rule(name)
          return function(hooks) host.define_rule(name, hooks) end
        end

        moondial.json.array = host.array
        """
}
