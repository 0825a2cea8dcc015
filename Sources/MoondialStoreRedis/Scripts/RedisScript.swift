// SPDX-License-Identifier: MIT

import Crypto
import RESP
import TextFormats

/// A script that the server runs as one atomic step.
struct RedisScript: Sendable {
    /// Lua 5.1.
    let text: String
    private let keyCount: Int
    private let evalsha: RESPCommandHead

    init(keys: Int, _ text: String) {
        self.text = text
        keyCount = keys
        // How the server knows a script that was loaded.
        let digest = Hexadecimal.lowercase(Insecure.SHA1.hash(data: Array(text.utf8)))
        evalsha = RESPCommandHead("EVALSHA", .text(digest), .integer(Int64(keys)))
    }

    /// All that a connection loads when it opens.
    static let all = [count, increment, delete, has, append, commit, deleteList]

    var loading: RESPCommand { RESPCommand("SCRIPT", "LOAD", .text(text)) }

    /// Runs the script, which the server may have forgotten: it answers `NOSCRIPT` then. The keys come before the other
    /// arguments.
    func evalsha(_ arguments: [RESPArgument]) -> RESPCommand { RESPCommand(evalsha, arguments) }

    /// Runs the script, and lets the server remember it.
    func eval(_ arguments: [RESPArgument]) -> RESPCommand {
        RESPCommand("EVAL", [.text(text), .integer(Int64(keyCount))] + arguments)
    }
}

extension RedisScript {
    /// Keys: value. Arguments: amount, lifetime in milliseconds or an empty text. Answers the sum as text, for the numbers
    /// of Lua have 53 bits.
    static let increment = RedisScript(
        keys: 1,
        """
        local isNew = redis.call('EXISTS', KEYS[1]) == 0
        redis.call('INCRBY', KEYS[1], ARGV[1])
        if isNew and ARGV[2] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        return redis.call('GET', KEYS[1])
        """)

    /// Keys: value, windows, prefix of logs. Arguments: name. Answers 1 if there was anything, else 0.
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

    /// Keys: members, lists. Arguments: list, member. Answers 1, 0, or -1 when there is no such list.
    static let has = RedisScript(
        keys: 2,
        """
        if redis.call('SISMEMBER', KEYS[1], ARGV[2]) == 1 then return 1 end
        return redis.call('HEXISTS', KEYS[2], ARGV[1]) - 1
        """)

    /// Keys: members of a load. Arguments: lifetime in milliseconds, members. Answers 1, or -1 when there is no such load.
    ///
    /// The empty member stands for the load, since there are no empty sets.
    static let append = RedisScript(
        keys: 1,
        """
        if redis.call('SISMEMBER', KEYS[1], '') == 0 then return -1 end
        if #ARGV > 1 then redis.call('SADD', KEYS[1], unpack(ARGV, 2)) end
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        return 1
        """)

    /// Keys: members of a load, members of the list, where the old ones are moved, lists. Arguments: list. Answers how many
    /// members there are, or -1 when there is no such load. A large set is freed by another thread of the server.
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

    /// Keys: members of the list, lists. Arguments: list. Answers 1 if there was one, else 0.
    static let deleteList = RedisScript(
        keys: 2,
        """
        redis.call('UNLINK', KEYS[1])
        return redis.call('HDEL', KEYS[2], ARGV[1])
        """)
}
