// SPDX-License-Identifier: MIT

import Crypto
import RESP
import TextFormats

/// A script that the server runs as one atomic step.
struct RedisScript: Sendable {
    /// The script in Lua 5.1.
    let text: String
    private let keyCount: Int
    private let evalsha: RESPCommandHead

    init(keys: Int, _ text: String) {
        self.text = text
        keyCount = keys
        // The server identifies a loaded script by the SHA-1 of its text.
        let digest = Hexadecimal.lowercase(Insecure.SHA1.hash(data: Array(text.utf8)))
        evalsha = RESPCommandHead("EVALSHA", .text(digest), .integer(Int64(keys)))
    }

    /// The scripts that a connection loads when it opens.
    static let all = [count, increment, delete, has, append, commit, deleteList]

    var loading: RESPCommand { RESPCommand("SCRIPT", "LOAD", .text(text)) }

    /// Runs the script if the server has it loaded; otherwise the server replies `NOSCRIPT`. The keys come before the
    /// other arguments.
    func evalsha(_ arguments: [RESPArgument]) -> RESPCommand { RESPCommand(evalsha, arguments) }

    /// Runs the script from its text, which also loads it.
    func eval(_ arguments: [RESPArgument]) -> RESPCommand {
        RESPCommand("EVAL", [.text(text), .integer(Int64(keyCount))] + arguments)
    }
}

extension RedisScript {
    /// Keys: value. Arguments: amount, lifetime in milliseconds or an empty text. Returns the sum as text, since
    /// numbers in Lua 5.1 have only 53 bits.
    static let increment = RedisScript(
        keys: 1,
        """
        local isNew = redis.call('EXISTS', KEYS[1]) == 0
        redis.call('INCRBY', KEYS[1], ARGV[1])
        if isNew and ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return redis.call('GET', KEYS[1])
        """)

    /// Keys: value, windows, prefix of logs. Arguments: name. Returns 1 if there was a value or counter, else 0.
    static let delete = RedisScript(
        keys: 3,
        """
        local deleted = redis.call('DEL', KEYS[1])
        for _, window in ipairs(redis.call('SMEMBERS', KEYS[2])) do
          deleted = deleted + redis.call('DEL', KEYS[3] .. window .. ':' .. ARGV[1])
        end
        redis.call('DEL', KEYS[2])
        return deleted > 0 and 1 or 0
        """)

    /// Keys: members, lists. Arguments: list, member. Returns 1, 0, or -1 when there is no such list.
    static let has = RedisScript(
        keys: 2,
        """
        if redis.call('SISMEMBER', KEYS[1], ARGV[2]) == 1 then return 1 end
        return redis.call('HEXISTS', KEYS[2], ARGV[1]) - 1
        """)

    /// Keys: members of a load. Arguments: lifetime in milliseconds, members. Returns 1, or -1 when there is no such
    /// load.
    ///
    /// The empty member marks that the load exists, since Redis keeps no empty sets.
    static let append = RedisScript(
        keys: 1,
        """
        if redis.call('SISMEMBER', KEYS[1], '') == 0 then return -1 end
        if #ARGV > 1 then redis.call('SADD', KEYS[1], unpack(ARGV, 2)) end
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return 1
        """)

    /// Keys: members of a load, members of the list, the name to which the old members are moved, lists. Arguments:
    /// list. Returns the number of members, or -1 when there is no such load. Another thread of the server frees the
    /// old members.
    static let commit = RedisScript(
        keys: 4,
        """
        if redis.call('SREM', KEYS[1], '') == 0 then return -1 end
        if redis.call('EXISTS', KEYS[2]) == 1 then
          redis.call('RENAME', KEYS[2], KEYS[3])
          redis.call('UNLINK', KEYS[3])
        end
        local count = redis.call('SCARD', KEYS[1])
        if count > 0 then
          redis.call('RENAME', KEYS[1], KEYS[2])
          redis.call('PERSIST', KEYS[2])
        end
        redis.call('HSET', KEYS[4], ARGV[1], count)
        return count
        """)

    /// Keys: members of the list, lists. Arguments: list. Returns 1 if the list existed, else 0.
    static let deleteList = RedisScript(
        keys: 2,
        """
        redis.call('UNLINK', KEYS[1])
        return redis.call('HDEL', KEYS[2], ARGV[1])
        """)
}
