-- Expected findings stand after "--^" under the first character of what is meant.
rule "misspelt words" {
  pre_check = function(req)
    if req.phone == "" then return denny "no_phone" end
    --                             ^ undefined-global: undefined global 'denny'; did you mean 'deny'?
    if unknown_thing then return review "x" end
    -- ^ undefined-global: undefined global 'unknown_thing'
    io.write "x"
--  ^ undefined-global: undefined global 'io': left out, since it reads and writes any file; use print and moondial.log for output
    return unpack {}
    --     ^ undefined-global: undefined global 'unpack'; did you mean 'string.unpack' or 'table.unpack'?
  end,
}

limit = 5
-- <- global-assignment: cannot assign the global 'limit': rules keep their values in locals
cache = cache or {}
-- <- global-assignment: cannot assign the global 'cache': rules keep their values in locals
function helper() return limit, cache end
--       ^ global-assignment: cannot assign the global 'helper': rules keep their values in locals
deny = allow
-- <- global-assignment: cannot assign the global 'deny': it is predefined
