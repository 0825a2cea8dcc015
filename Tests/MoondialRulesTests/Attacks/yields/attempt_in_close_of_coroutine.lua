-- coroutine.close calls closing handlers from C: nothing may wait there.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local co = coroutine.create(function()
      local x <close> = setmetatable({}, { __close = function() moondial.attempt("mobile", req.phone, "other") end })
      coroutine.yield()
    end)
    coroutine.resume(co)
    local ok, problem = coroutine.close(co)
    return not ok and problem:find "cannot wait inside" and deny "survived"
  end,
}
