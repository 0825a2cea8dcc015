-- Nor __tostring, called by tostring, format and print.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    local t = setmetatable({}, { __tostring = function()
      return moondial.attempt("mobile", req.phone, "other").content
    end })
    if pcall(tostring, t) or pcall(string.format, "%s", t) or pcall(print, t) then return end
    return deny "survived"
  end,
}
