-- The name of a function in a traceback is the constant by which it was called: 100,000 bytes, in every frame.
-- expect: review rule_error
-- message: the end
rule "attack" {
  pre_check = function()
    local name = ("\255"):rep(100000)
    local f = load("local t = ... if t.n == 0 then error 'the end' end t.n = t.n - 1 t['" .. name .. "'](t) return 1", "=x")
    f { n = 30, [name] = f }
  end,
}
