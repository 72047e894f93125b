//! The variables that are visible at one place of one function.

use super::program::{FunctionId, LocalId};
use crate::edition::Edition;
use std::collections::HashMap;
use std::rc::Rc;

/// What surrounds the place that is being resolved, up to the end of the function.
pub(super) struct Frame {
    pub function: FunctionId,
    /// A lambda sees the variables of the frame below.
    pub is_lambda: bool,
    scopes: Vec<HashMap<Rc<str>, LocalId>>,
    /// Variables of blocks that have ended, for messages.
    ended: HashMap<Rc<str>, LocalId>,
    /// Loops around the place.
    pub loops: u32,
    /// Inside `fini { }`: how many loops were open outside, which must not be left.
    pub fini: Option<u32>,
}

impl Frame {
    pub fn new(function: FunctionId, is_lambda: bool) -> Frame {
        Frame {
            function,
            is_lambda,
            scopes: vec![HashMap::new()],
            ended: HashMap::new(),
            loops: 0,
            fini: None,
        }
    }

    pub fn push(&mut self) {
        self.scopes.push(HashMap::new());
    }

    pub fn pop(&mut self) {
        self.ended.extend(self.scopes.pop().into_iter().flatten());
    }

    /// A variable of this name whose block has ended.
    pub fn find_ended(&self, name: &str) -> Option<LocalId> {
        self.ended.get(name).copied()
    }

    pub fn find(&self, name: &str) -> Option<LocalId> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()
    }

    /// What `local name` would declare again: in 2025 anything of the function, in 2026 of the same block.
    pub fn declared(&self, name: &str, edition: Edition) -> Option<LocalId> {
        match edition {
            Edition::E2025 => self.find(name),
            Edition::E2026 => self.scopes.last().and_then(|scope| scope.get(name)).copied(),
        }
    }

    /// Enters a variable for the rest of the innermost scope.
    pub fn enter(&mut self, name: Rc<str>, local: LocalId) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, local);
        }
    }

    /// Enters a variable for the rest of the function.
    pub fn enter_function(&mut self, name: Rc<str>, local: LocalId) {
        if let Some(scope) = self.scopes.first_mut() {
            scope.insert(name, local);
        }
    }

    /// A name that means something else from here on.
    pub fn forget(&mut self, name: &str) {
        for scope in &mut self.scopes {
            scope.remove(name);
        }
    }

    /// Names that are visible here.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flat_map(|scope| scope.keys().map(|name| &**name))
    }
}
