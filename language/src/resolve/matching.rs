//! Enums, `match` and its patterns.

use super::bodies::Resolver;
use super::builtins::{is_type_name, type_names};
use super::declare::count;
use super::program::{Binding, EnumId, LocalId};
use super::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::*;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

impl Resolver<'_> {
    /// `Enum::Variant(..)`
    pub fn variant(&mut self, node: NodeId, enumeration: &Name, variant: &Name, payload: &VariantPayload) {
        let Some(id) = self.find_enum(enumeration) else { return };
        let decl = Rc::clone(&self.declared.program.enums[id.index()].decl);
        let Some(index) = decl.variants.iter().position(|known| known.name.text == variant.text) else {
            return self.unknown_variant(id, variant);
        };
        self.declared.program.variants.insert(node, (id, index as u32));
        let known = &decl.variants[index];
        let name = format!("{}::{}", decl.name.text, known.name.text);
        let wrong = match (&known.shape, payload) {
            (VariantShape::Unit, VariantPayload::Unit) => None,
            (VariantShape::Tuple(types), VariantPayload::Tuple(values)) if types.len() == values.len() => None,
            (VariantShape::Unit, VariantPayload::Tuple(values)) if values.is_empty() => None,
            (VariantShape::Record(fields), VariantPayload::Record(values)) => {
                return self.record_fields(&name, fields, values.iter().map(|(field, _)| field), variant.span);
            }
            (VariantShape::Unit, _) => Some(format!("`{name}` carries no value")),
            (VariantShape::Tuple(types), _) => Some(format!(
                "`{name}` carries {}, in parentheses",
                count(types.len(), "value")
            )),
            (VariantShape::Record(_), _) => Some(format!("`{name}` carries named fields, in braces")),
        };
        if let Some(message) = wrong {
            let diagnostic = Diagnostic::error("wrong-payload", message).at(variant.span, "");
            self.report(diagnostic.also(known.name.span, "declared here"));
        }
    }

    /// Exactly the declared fields are given.
    fn record_fields<'n>(
        &mut self,
        variant: &str,
        declared: &[(Name, TypeRef)],
        given: impl Iterator<Item = &'n Name>,
        span: Span,
    ) {
        let mut left: Vec<&str> = declared.iter().map(|(name, _)| &*name.text).collect();
        for name in given {
            match left.iter().position(|field| *field == &*name.text) {
                Some(at) => {
                    left.remove(at);
                }
                None => {
                    let message = format!("`{variant}` has no field `{}`", name.text);
                    let mut diagnostic =
                        Diagnostic::error("unknown-field", message).at(name.span, "unknown or given twice");
                    if let Some(near) = nearest(&name.text, left.iter().copied()) {
                        diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
                    }
                    self.report(diagnostic);
                }
            }
        }
        if !left.is_empty() {
            let names: Vec<String> = left.iter().map(|name| format!("`{name}`")).collect();
            let message = format!("`{variant}` lacks {}", names.join(", "));
            self.report(Diagnostic::error("missing-field", message).at(span, ""));
        }
    }

    fn find_enum(&mut self, name: &Name) -> Option<EnumId> {
        let found = self.declared.enums.get(&name.text).copied();
        if found.is_none() {
            let message = format!("unknown enum `{}`", name.text);
            let mut diagnostic = Diagnostic::error("unknown-name", message).at(name.span, "no enum has this name");
            let is_box = self.declared.find_box(&name.text, name.span.file).is_some();
            if is_box {
                diagnostic = diagnostic.hint("the members of a box are reached with `.`");
            } else if let Some(near) = nearest(&name.text, self.declared.enums.keys().map(|name| &**name)) {
                diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
            }
            self.report(diagnostic);
        }
        found
    }

    pub fn unknown_variant(&mut self, id: EnumId, name: &Name) {
        let decl = Rc::clone(&self.declared.program.enums[id.index()].decl);
        let message = format!("the enum `{}` has no variant `{}`", decl.name.text, name.text);
        let mut diagnostic = Diagnostic::error("unknown-variant", message)
            .at(name.span, "unknown variant")
            .also(decl.name.span, "declared here");
        let variants = decl.variants.iter().map(|variant| &*variant.name.text);
        if let Some(near) = nearest(&name.text, variants) {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    // ------------------------------------------------------------------------------------------ match

    pub fn match_expression(&mut self, matched: &Match) {
        self.expr(&matched.scrutinee);
        let shorthand = self.shorthand_enum(matched);
        for arm in &matched.arms {
            self.in_scope(|resolver| {
                let mut bound = HashMap::new();
                resolver.pattern(&arm.pattern, shorthand, &mut bound);
                if let Some(guard) = &arm.guard {
                    resolver.expr(guard);
                }
                resolver.expr(&arm.body);
            });
        }
        self.exhaustive(matched);
    }

    /// The enum whose variants the arms name without saying so.
    fn shorthand_enum(&self, matched: &Match) -> Option<EnumId> {
        let mut names: Vec<(&str, bool)> = Vec::new();
        let mut patterns: Vec<&Pattern> = matched.arms.iter().map(|arm| &arm.pattern).collect();
        while let Some(pattern) = patterns.pop() {
            match &pattern.kind {
                PatternKind::Or(alternatives) => patterns.extend(alternatives),
                PatternKind::Name(variable) => names.push((&variable.name.text, false)),
                PatternKind::Tuple {
                    enumeration: None,
                    name,
                    ..
                }
                | PatternKind::Record {
                    enumeration: None,
                    name,
                    ..
                } => {
                    names.push((&name.text, true));
                }
                PatternKind::Wildcard
                | PatternKind::Int(_)
                | PatternKind::Float(_)
                | PatternKind::Str(_)
                | PatternKind::Bool(_)
                | PatternKind::Null
                | PatternKind::Void
                | PatternKind::Range(..)
                | PatternKind::Tuple { .. }
                | PatternKind::Record { .. }
                | PatternKind::Unit { .. }
                | PatternKind::Array { .. }
                | PatternKind::Map { .. }
                | PatternKind::Invalid => {}
            }
        }
        let enums = self.declared.program.enums.iter().enumerate();
        let candidates = enums.filter(|(_, info)| {
            let has = |name: &str| info.decl.variants.iter().any(|variant| &*variant.name.text == name);
            names.iter().any(|(name, _)| has(name)) && names.iter().all(|(name, certain)| !certain || has(name))
        });
        // Among several, the one that explains most arms.
        let explained = |info: &super::program::EnumInfo| {
            names
                .iter()
                .filter(|(name, _)| info.decl.variants.iter().any(|v| &*v.name.text == *name))
                .count()
        };
        candidates
            .max_by_key(|(_, info)| explained(info))
            .map(|(index, _)| EnumId(index as u32))
    }

    /// Says what a pattern tests for and declares what it binds. `bound` holds the variables of this arm:
    /// alternatives that bind one name share the variable.
    fn pattern(&mut self, pattern: &Pattern, shorthand: Option<EnumId>, bound: &mut HashMap<Rc<str>, LocalId>) {
        match &pattern.kind {
            PatternKind::Or(alternatives) => {
                for alternative in alternatives {
                    self.pattern(alternative, shorthand, bound);
                }
            }
            PatternKind::Name(variable) => {
                let unit = shorthand.or_else(|| self.only_enum_with_unit(&variable.name.text));
                if let Some((id, index)) = unit.and_then(|id| self.find_variant(id, &variable.name.text)) {
                    self.declared.program.variants.insert(pattern.id, (id, index));
                } else {
                    self.bind(variable, bound);
                }
            }
            PatternKind::Unit { enumeration, name } => {
                self.variant_pattern(pattern.id, enumeration, name);
            }
            PatternKind::Tuple {
                enumeration,
                name,
                items,
            } => {
                match enumeration {
                    Some(enumeration) => self.variant_pattern(pattern.id, enumeration, name),
                    None => match shorthand.and_then(|id| self.find_variant(id, &name.text)) {
                        Some(found) => {
                            self.declared.program.variants.insert(pattern.id, found);
                        }
                        None => self.type_pattern(name, items.len()),
                    },
                }
                self.payload_count(pattern, name, items.len());
                for item in items {
                    self.pattern(item, None, bound);
                }
            }
            PatternKind::Record {
                enumeration,
                name,
                fields,
            } => {
                match (enumeration, shorthand) {
                    (Some(enumeration), _) => self.variant_pattern(pattern.id, enumeration, name),
                    (None, Some(id)) => match self.find_variant(id, &name.text) {
                        Some(found) => {
                            self.declared.program.variants.insert(pattern.id, found);
                        }
                        None => self.unknown_variant(id, name),
                    },
                    (None, None) => {
                        let message = format!("no enum has a variant `{}`", name.text);
                        self.report(Diagnostic::error("unknown-variant", message).at(name.span, "unknown variant"));
                    }
                }
                self.record_pattern(pattern.id, name, fields);
                for (_, field) in fields {
                    self.pattern(field, None, bound);
                }
            }
            PatternKind::Array { items, rest } => {
                for item in items {
                    self.pattern(item, None, bound);
                }
                if let Some(Rest {
                    variable: Some(variable),
                }) = rest
                {
                    self.bind(variable, bound);
                }
            }
            PatternKind::Map { entries, .. } => {
                for (_, value) in entries {
                    self.pattern(value, None, bound);
                }
            }
            PatternKind::Wildcard
            | PatternKind::Int(_)
            | PatternKind::Float(_)
            | PatternKind::Str(_)
            | PatternKind::Bool(_)
            | PatternKind::Null
            | PatternKind::Void
            | PatternKind::Range(..)
            | PatternKind::Invalid => {}
        }
    }

    fn bind(&mut self, variable: &Variable, bound: &mut HashMap<Rc<str>, LocalId>) {
        if &*variable.name.text == "_" {
            return;
        }
        if let Some(local) = bound.get(&variable.name.text) {
            self.declared.program.bindings[variable.id.index()] = Some(Binding::Local(*local));
            return;
        }
        let local = self.declare_scoped(variable);
        bound.insert(Rc::clone(&variable.name.text), local);
    }

    fn find_variant(&self, id: EnumId, name: &str) -> Option<(EnumId, u32)> {
        let variants = &self.declared.program.enums[id.index()].decl.variants;
        variants
            .iter()
            .position(|variant| &*variant.name.text == name)
            .map(|index| (id, index as u32))
    }

    /// The enum that a bare capitalised name in a nested pattern must mean.
    fn only_enum_with_unit(&self, name: &str) -> Option<EnumId> {
        if !name.starts_with(char::is_uppercase) {
            return None;
        }
        let enums = self.declared.program.enums.iter().enumerate();
        let is_unit = |variant: &Variant| &*variant.name.text == name && matches!(variant.shape, VariantShape::Unit);
        let mut found = enums.filter(|(_, info)| info.decl.variants.iter().any(is_unit));
        match (found.next(), found.next()) {
            (Some((index, _)), None) => Some(EnumId(index as u32)),
            _ => None,
        }
    }

    fn variant_pattern(&mut self, node: NodeId, enumeration: &Name, name: &Name) {
        let Some(id) = self.find_enum(enumeration) else { return };
        match self.find_variant(id, &name.text) {
            Some(found) => {
                self.declared.program.variants.insert(node, found);
            }
            None => self.unknown_variant(id, name),
        }
    }

    /// `Box(x)`: tests for a box or kind of value.
    fn type_pattern(&mut self, name: &Name, items: usize) {
        let known = is_type_name(&name.text) || self.declared.find_box(&name.text, name.span.file).is_some();
        if !known {
            let message = format!("`{}` is neither a box nor a variant of an enum", name.text);
            let mut diagnostic = self
                .declared
                .lint("unknown-box", message)
                .at(name.span, "this pattern never matches");
            let boxes = self.declared.boxes.keys().map(|name| &**name);
            let variants = self
                .declared
                .program
                .enums
                .iter()
                .flat_map(|info| info.decl.variants.iter().map(|variant| &*variant.name.text));
            let near = nearest(&name.text, boxes.chain(variants).chain(type_names()));
            if let Some(near) = near {
                diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
            }
            self.report(diagnostic);
        }
        if items > 1 {
            let message = format!("a type pattern binds one name, not {items}");
            let diagnostic = Diagnostic::error("wrong-payload", message).at(name.span, "");
            self.report(diagnostic.hint(format!("write `{}(value)`", name.text)));
        }
    }

    fn payload_count(&mut self, pattern: &Pattern, name: &Name, items: usize) {
        let Some((id, index)) = self.declared.program.variants.get(&pattern.id).copied() else {
            return;
        };
        let decl = Rc::clone(&self.declared.program.enums[id.index()].decl);
        let variant = &decl.variants[index as usize];
        let carried = match &variant.shape {
            VariantShape::Tuple(types) if types.len() == items => return,
            VariantShape::Unit if items == 0 => return,
            VariantShape::Tuple(types) => format!("carries {}", count(types.len(), "value")),
            VariantShape::Unit => "carries no value".to_string(),
            VariantShape::Record(_) => "carries named fields, in braces".to_string(),
        };
        let message = format!("`{}::{}` {carried}, not {items}", decl.name.text, name.text);
        let diagnostic = Diagnostic::error("wrong-payload", message).at(pattern.span, "");
        self.report(diagnostic.also(variant.name.span, "declared here"));
    }

    fn record_pattern(&mut self, node: NodeId, name: &Name, fields: &[(Name, Pattern)]) {
        let Some((id, index)) = self.declared.program.variants.get(&node).copied() else {
            return;
        };
        let decl = Rc::clone(&self.declared.program.enums[id.index()].decl);
        let full = format!("{}::{}", decl.name.text, name.text);
        match &decl.variants[index as usize].shape {
            VariantShape::Record(declared) => {
                self.record_fields(&full, declared, fields.iter().map(|(field, _)| field), name.span);
            }
            VariantShape::Unit | VariantShape::Tuple(_) => {
                let message = format!("`{full}` carries no named fields");
                self.report(Diagnostic::error("wrong-payload", message).at(name.span, ""));
            }
        }
    }

    /// Some arm matches, whatever the value: `_`, a name, both bools, both sides of a Result, or all variants of an enum.
    fn exhaustive(&mut self, matched: &Match) {
        let (mut bools, mut variants): ([bool; 2], HashSet<(EnumId, u32)>) = ([false; 2], HashSet::new());
        let mut results = [false; 2];
        for arm in matched.arms.iter().filter(|arm| arm.guard.is_none()) {
            let mut patterns = vec![&arm.pattern];
            while let Some(pattern) = patterns.pop() {
                match &pattern.kind {
                    PatternKind::Wildcard | PatternKind::Invalid => return,
                    PatternKind::Or(alternatives) => patterns.extend(alternatives),
                    PatternKind::Bool(value) => bools[usize::from(*value)] = true,
                    PatternKind::Name(_) if !self.declared.program.variants.contains_key(&pattern.id) => return,
                    PatternKind::Tuple { items, .. } if !items.iter().all(|item| self.binds_only(item)) => {}
                    PatternKind::Record { fields, .. } if !fields.iter().all(|(_, item)| self.binds_only(item)) => {}
                    kind @ (PatternKind::Int(_)
                    | PatternKind::Float(_)
                    | PatternKind::Str(_)
                    | PatternKind::Null
                    | PatternKind::Void
                    | PatternKind::Range(..)
                    | PatternKind::Name(_)
                    | PatternKind::Tuple { .. }
                    | PatternKind::Record { .. }
                    | PatternKind::Unit { .. }
                    | PatternKind::Array { .. }
                    | PatternKind::Map { .. }) => match self.declared.program.variants.get(&pattern.id) {
                        Some(variant) => {
                            variants.insert(*variant);
                        }
                        None => {
                            if let PatternKind::Tuple { name, .. } = kind {
                                results[0] |= &*name.text == "Ok";
                                results[1] |= &*name.text == "Err";
                            }
                        }
                    },
                }
            }
        }
        if bools == [true; 2] || results == [true; 2] {
            return;
        }
        let enumeration = variants.iter().next().map(|(id, _)| *id);
        let missing: Vec<String> = match enumeration {
            Some(id) => {
                let decl = &self.declared.program.enums[id.index()].decl;
                let all = decl.variants.iter().enumerate();
                all.filter(|(index, _)| !variants.contains(&(id, *index as u32)))
                    .map(|(_, variant)| format!("`{}`", variant.name.text))
                    .collect()
            }
            None => Vec::new(),
        };
        if enumeration.is_some() && missing.is_empty() {
            return;
        }
        let mut diagnostic = Diagnostic::error("not-exhaustive", "this `match` does not cover every value")
            .at(matched.scrutinee.span, "no arm for the rest");
        if !missing.is_empty() {
            diagnostic = diagnostic.note(format!("not covered: {}", missing.join(", ")));
        }
        self.report(diagnostic.hint("add `_ => ..` as the last arm"));
    }

    /// The pattern matches whatever stands in its place.
    fn binds_only(&self, pattern: &Pattern) -> bool {
        match &pattern.kind {
            PatternKind::Wildcard => true,
            PatternKind::Name(_) => !self.declared.program.variants.contains_key(&pattern.id),
            PatternKind::Int(_)
            | PatternKind::Float(_)
            | PatternKind::Str(_)
            | PatternKind::Bool(_)
            | PatternKind::Null
            | PatternKind::Void
            | PatternKind::Range(..)
            | PatternKind::Or(_)
            | PatternKind::Tuple { .. }
            | PatternKind::Record { .. }
            | PatternKind::Unit { .. }
            | PatternKind::Array { .. }
            | PatternKind::Map { .. }
            | PatternKind::Invalid => false,
        }
    }
}
