// SPDX-License-Identifier: MIT

/// An expression that has been parsed, and the place where Lua's compiler would keep its value. The places decide how
/// many registers a function needs, of which Lua's compiler allows 255.
struct Operand {
    enum Place {
        case numeral
        /// `nil`, a boolean or a string.
        case constant
        case local
        /// A value that still has to be put into a register.
        case relocatable
        /// A field of an object; object and key hold that many registers.
        case indexed(Int)
        case register
        case call
        case varargs
        case jump
    }

    let id: ExpressionID
    var place: Place

    /// How many registers the operand holds above those of the variables.
    var held: Int {
        switch place {
        case .numeral, .constant, .local, .relocatable, .varargs, .jump: 0
        case .indexed(let count): count
        case .register, .call: 1
        }
    }

    var isMultiple: Bool {
        switch place {
        case .call, .varargs: true
        default: false
        }
    }

    var isConstant: Bool {
        switch place {
        case .numeral, .constant: true
        default: false
        }
    }
}

extension Parser {
    /// Lua's MAXREGS.
    private static let mostRegisters = 255

    mutating func reserve(_ count: Int) throws(SyntaxProblem) {
        function.temporaries += count
        guard function.registers + function.temporaries < Self.mostRegisters else {
            throw problem("function or expression needs too many registers")
        }
    }

    mutating func release(_ count: Int) { function.temporaries -= count }

    mutating func discharge(_ operand: inout Operand) {
        switch operand.place {
        case .indexed(let count):
            release(count)
            operand.place = .relocatable
        case .call: operand.place = .register
        case .varargs: operand.place = .relocatable
        default: break
        }
    }

    mutating func toNextRegister(_ operand: inout Operand) throws(SyntaxProblem) {
        release(operand.held)
        try reserve(1)
        operand.place = .register
    }

    mutating func toAnyRegister(_ operand: inout Operand) throws(SyntaxProblem) {
        discharge(&operand)
        switch operand.place {
        case .local, .register: break
        default: try toNextRegister(&operand)
        }
    }
}
