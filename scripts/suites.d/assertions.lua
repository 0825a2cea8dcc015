-- Replaces `assert` in the tests of Lua: a failed assertion is reported, and the test continues, so that one run finds all of
-- them. Inside of a call by C, such as `pcall`, `assert` raises an error as usual, because the test may expect that.
local error, next, pcall, print, select, type = error, next, pcall, print, select, type
local concat, match = table.concat, string.match

local assertions = {}
local reached, failed = {}, {}

-- The line of the test in which the function at that level is, nil for a C function, false beyond the outermost.
local function line(level)
  local _, place = pcall(error, "", level + 2)
  return match(place, "^%.?/?test_%w+%.lua:(%d+): $")
end

-- The lines of all calls from the assertion outwards, and whether C stands between two of them.
local function calls()
  local lines, gap, is_called_by_c = {}, false, false
  for level = 3, 40 do
    local number = line(level)
    if number then
      is_called_by_c = is_called_by_c or gap
      lines[#lines + 1] = number
    else
      gap = true
    end
  end
  return concat(lines, "<"), is_called_by_c
end

function assertions.assert(...)
  local number = line(2)
  if number then reached[number] = true end
  if select("#", ...) == 0 then error("bad argument #1 to 'assert' (value expected)", 2) end
  if ... then return ... end

  local lines, is_called_by_c = calls()
  local has_message, message = select("#", ...) > 1, (select(2, ...))
  if lines == "" or is_called_by_c then
    if has_message then error(message, 0) end
    error("assertion failed!", 2)
  end
  if not failed[lines] then
    failed[lines] = true
    print("@failed", lines, type(message) == "string" and message or "assertion failed!")
  end
  return ...
end

function assertions.run(name)
  local ok, message = pcall(require, name)
  if not ok then print("@stopped", type(message) == "string" and message or type(message)) end
  for number in next, reached do print("@reached", number) end
  print("@done")
end

return assertions
