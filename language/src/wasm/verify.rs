//! Checks that a module is valid WebAssembly and uses no more of it than programs are promised to need.

use std::rc::Rc;
use wasmparser::{FuncValidatorAllocations, Parser, ValidPayload, Validator, WasmFeatures};

/// What programs may use: all of it is in every host since 2023.
const FEATURES: WasmFeatures = WasmFeatures::MVP
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION);

/// What is wrong with a module, with the function's name: the program's functions come first and have these names.
pub fn module(wasm: &[u8], names: &[Rc<str>]) -> Result<(), String> {
    let mut validator = Validator::new_with_features(FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut functions = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(|e| e.to_string())?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload).map_err(|e| e.to_string())? {
            let mut function = function.into_validator(std::mem::take(&mut allocations));
            if let Err(error) = function.validate(&body) {
                let name = names.get(functions).map_or("a function of the runtime", |name| &**name);
                return Err(format!("{name}: {error}"));
            }
            allocations = function.into_allocations();
            functions += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::module;
    use wasm_encoder::{CodeSection, Function, FunctionSection, Instruction, Module, TypeSection, ValType};

    /// A module of one function without parameters that gives an i32.
    fn one(body: &[Instruction<'_>]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut function = Function::new([]);
        for i in body {
            function.instruction(i);
        }
        let mut code = CodeSection::new();
        code.function(&function);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        module.finish()
    }

    #[test]
    fn the_function_is_named() {
        let names = ["Main.f".into()];
        assert_eq!(
            module(&one(&[Instruction::I32Const(1), Instruction::End]), &names),
            Ok(())
        );
        let error = module(&one(&[Instruction::I64Const(1), Instruction::End]), &names).unwrap_err();
        assert!(error.starts_with("Main.f: type mismatch"), "{error}");
    }
}
