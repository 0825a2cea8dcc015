-- A block's own closing handler may wait, on the normal way out and while an error passes.
-- expect: deny survived
-- token: sim:delay=5ms
rule "attack" {
  pre_check = function(req)
    local options = { even_if_delivered = true }
    local waits = { __close = function() moondial.attempt("mobile", req.phone, "other", nil, options) end }
    do local x <close> = setmetatable({}, waits) end
    pcall(function()
      local y <close> = setmetatable({}, waits)
      error "passing"
    end)
    return deny "survived"
  end,
}
