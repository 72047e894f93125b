//! The program's own data: string literals, source places, class names, static boxes, global variables.

use super::link::STACK;
use nyash_abi::class;
use nyash_abi::value::IMMORTAL;
use std::collections::HashMap;
use std::rc::Rc;

#[derive(Default)]
pub struct Data {
    pub bytes: Vec<u8>,
    strings: HashMap<Rc<str>, u32>,
    sites: HashMap<[u32; 6], u32>,
}

impl Data {
    fn align(&mut self) {
        while !self.bytes.len().is_multiple_of(8) {
            self.bytes.push(0);
        }
    }

    fn here(&self) -> u32 {
        STACK + self.bytes.len() as u32
    }

    fn word(&mut self, n: u32) {
        self.bytes.extend_from_slice(&n.to_le_bytes());
    }

    fn header(&mut self, class: u32) {
        self.word(IMMORTAL);
        self.word(class);
    }

    /// Address of a string object.
    pub fn string(&mut self, s: &Rc<str>) -> u32 {
        if let Some(a) = self.strings.get(s) {
            return *a;
        }
        self.align();
        let at = self.here();
        self.header(u32::from(class::STR));
        self.word(s.len() as u32);
        self.word(s.chars().count() as u32);
        self.word(s.len() as u32);
        self.word(0);
        self.bytes.extend_from_slice(s.as_bytes());
        self.strings.insert(s.clone(), at);
        at
    }

    /// Address of a place in the source. `subjects` are the names of the operands that an error there can be about, one a
    /// line; it may be empty.
    pub fn site(
        &mut self,
        function: &Rc<str>,
        file: &Rc<str>,
        line_text: &Rc<str>,
        line: u32,
        column: u32,
        subjects: &Rc<str>,
    ) -> u32 {
        let (f, n, t) = (self.string(function), self.string(file), self.string(line_text));
        let s = if subjects.is_empty() { 0 } else { self.string(subjects) };
        let key = [f, n, t, line, column, s];
        if let Some(a) = self.sites.get(&key) {
            return *a;
        }
        self.align();
        let at = self.here();
        for w in key {
            self.word(w);
        }
        self.sites.insert(key, at);
        at
    }

    /// Address of an object made of values that start with these tags.
    pub fn object(&mut self, class: u32, tags: &[u32]) -> u32 {
        self.align();
        let at = self.here();
        self.header(class);
        for t in tags {
            self.word(*t);
            self.word(0);
            self.word(0);
            self.word(0);
        }
        at
    }

    /// Address of a value that starts absent.
    pub fn value(&mut self) -> u32 {
        self.align();
        let at = self.here();
        self.bytes.extend_from_slice(&[0; 16]);
        at
    }

    /// The table of classes: name and number of slots of each.
    pub fn classes(&mut self, list: &[(Rc<str>, u32)]) -> u32 {
        let names: Vec<u32> = list.iter().map(|(n, _)| self.string(n)).collect();
        self.align();
        let at = self.here();
        for (name, (_, slots)) in names.into_iter().zip(list) {
            self.word(name);
            self.word(*slots);
        }
        at
    }
}
