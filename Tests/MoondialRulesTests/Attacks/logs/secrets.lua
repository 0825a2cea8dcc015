-- The phone and the token in pieces, in other cases and in fields: what is printed is redacted where it is written.
-- expect: deny survived
rule "attack" {
  pre_check = function(req)
    moondial.log(req.phone .. " " .. req.token, { phone = req.phone, token = req.token, [req.phone] = 1 })
    return deny "survived"
  end,
}
