-- coroutine.yield itself as the comparator, the replacement and the reader: an error, and no jump over C frames.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local yield = coroutine.yield
    for _, f in ipairs {
      function() table.sort({ 2, 1 }, yield) end, function() string.gsub("x", ".", yield) end,
      function() assert(load(yield)) end, function() tostring(setmetatable({}, { __tostring = yield })) end,
      function() table.concat(setmetatable({}, { __index = yield }), "", 1, 2) end,
    } do
      local co = coroutine.create(f)
      local ok, problem = coroutine.resume(co)
      if ok or coroutine.status(co) ~= "dead" then return end
      if not tostring(problem):find "yield" then return end
    end
    return deny "survived"
  end,
}
