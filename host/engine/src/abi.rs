//! What a module must look like: four functions and a memory, by name and type, and not one import.

use wasmtime::{ExternType, Module, ModuleExport, ValType};

use crate::failure::LoadError;

/// The ABI this host speaks.
pub(crate) const ABI: u32 = 1;

pub(crate) const MEMORY: &str = "memory";
pub(crate) const VERSION: &str = "doorward_abi";
pub(crate) const ALLOC: &str = "doorward_alloc";
pub(crate) const STEP: &str = "doorward_step";
pub(crate) const RELEASE: &str = "doorward_release";

/// Where the exports are, so that making an instance looks up no name.
#[derive(Clone, Copy)]
pub(crate) struct Exports {
    pub(crate) memory: ModuleExport,
    pub(crate) version: ModuleExport,
    pub(crate) alloc: ModuleExport,
    pub(crate) step: ModuleExport,
    pub(crate) release: ModuleExport,
}

/// Checks the module's outside.
///
/// # Errors
/// [`LoadError::HasImport`], [`LoadError::BadExport`].
pub(crate) fn check(module: &Module) -> Result<Exports, LoadError> {
    if let Some(import) = module.imports().next() {
        return Err(LoadError::HasImport { module: import.module().to_owned(), name: import.name().to_owned() });
    }
    const I32: ValType = ValType::I32;
    Ok(Exports {
        memory: memory(module)?,
        version: function(module, VERSION, &[], &[I32])?,
        alloc: function(module, ALLOC, &[I32], &[I32])?,
        step: function(module, STEP, &[I32, I32, I32, I32], &[ValType::I64])?,
        release: function(module, RELEASE, &[], &[])?,
    })
}

fn memory(module: &Module) -> Result<ModuleExport, LoadError> {
    let bad = || LoadError::BadExport(MEMORY);
    let Some(ExternType::Memory(kind)) = module.get_export(MEMORY) else {
        return Err(bad());
    };
    if kind.is_64() || kind.is_shared() || kind.page_size() != 65_536 {
        return Err(bad());
    }
    module.get_export_index(MEMORY).ok_or_else(bad)
}

fn function(module: &Module, name: &'static str, params: &[ValType], results: &[ValType]) -> Result<ModuleExport, LoadError> {
    let bad = || LoadError::BadExport(name);
    let Some(ExternType::Func(kind)) = module.get_export(name) else {
        return Err(bad());
    };
    let same = |have: &mut dyn Iterator<Item = ValType>, want: &[ValType]| {
        let have: Vec<ValType> = have.collect();
        have.len() == want.len() && have.iter().zip(want).all(|(a, b)| ValType::eq(a, b))
    };
    if !same(&mut kind.params(), params) || !same(&mut kind.results(), results) {
        return Err(bad());
    }
    module.get_export_index(name).ok_or_else(bad)
}
