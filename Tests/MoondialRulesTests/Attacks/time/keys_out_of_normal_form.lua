-- Keys that are equal to others only in a normal form of Unicode: a letter and three marks each, looked up one by one.
-- expect: deny survived
-- budget: hook=5s run=10s
rule "attack" {
  pre_check = function()
    local fields = {}
    for i = 1, 2400 do
      fields[utf8.char(0x61 + i // 256, 0x301, 0x300 + i % 64, 0x316 + i // 64 % 4)] = 1
    end
    moondial.log("x", fields)
    return deny("survived", fields)
  end,
}
