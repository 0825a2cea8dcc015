-- Arithmetic, calls, closures and comparisons: nothing but the interpreter.
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end

local function sieve(n)
  local composite, count = {}, 0
  for i = 2, n do
    if not composite[i] then
      count = count + 1
      for j = i * i, n, i do composite[j] = true end
    end
  end
  return count
end

local function counter()
  local n = 0
  return function(step) n = n + step; return n end
end

local result = fib(27) + sieve(200000)
local count = counter()
for i = 1, 2000000 do result = result + (count(i) & 0xff) // 3 end
return result
