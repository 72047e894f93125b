//! Where everything of a payload lies: versions of the code one behind the other, initial memory shared by all.
//!
//! `format-spec/SPEC.md`, "Header", has the picture: R1 X1 R2 X2 ... D.

use std::ops::Range;

use nyash_format::{CpuLevel, Header, Region, RegionKind, section};

use crate::cwasm::{Image, Layout};
use crate::error::{Error, Result};
use crate::executable::{Access, Part};

/// One version of the code.
pub(crate) struct Version<'a> {
    /// What it needs of the machine.
    pub cpu: CpuLevel,
    /// The compiled module in the compiler's form.
    pub image: &'a [u8],
    /// Its name table.
    pub names: &'a [u8],
    /// Its compatibility key.
    pub key: u64,
}

/// What a payload is made of, besides header and metadata.
#[derive(Default)]
pub(crate) struct Content<'a> {
    /// The versions of the code, the best first.
    pub versions: Vec<Version<'a>>,
    /// The module for the interpreter, and its key.
    pub bytecode: Option<(&'a [u8], u64)>,
    /// An executable that does the same.
    pub fallback: Option<&'a [u8]>,
    /// The module in binary form, and the name table for it.
    pub wasm: Option<(&'a [u8], &'a [u8])>,
}

/// A payload whose places are fixed.
pub(crate) struct Payload<'a> {
    /// All regions.
    pub regions: Vec<Region>,
    /// The parts with access rights of their own, in order; together all of the payload.
    pub parts: Vec<Part>,
    /// Length up to the end of the last region.
    pub len: usize,
    pieces: Vec<(usize, Piece<'a>)>,
}

enum Piece<'a> {
    Bytes(&'a [u8]),
    /// The front of a module, and where the shared data stands from its start.
    Front(Layout<'a>, usize),
}

impl<'a> Payload<'a> {
    /// Places the content behind a header for it and `metadata_len` bytes.
    ///
    /// # Errors
    /// [`Error::DamagedImage`] for modules that cannot be laid out.
    pub fn new(content: &Content<'a>, metadata_len: usize, page: usize) -> Result<Self> {
        let mut fronts = Vec::new();
        for version in &content.versions {
            fronts.push(Layout::new(&Image::parse(version.image)?, page, true)?);
        }
        let data = fronts
            .first()
            .and_then(|front| front.mapped())
            .map(|data| (data.data, data.initial));
        if fronts
            .iter()
            .any(|front| front.mapped().map(|data| (data.data, data.initial)) != data)
        {
            return Err(Error::DamagedImage(
                "versions differ in their initial memory".to_owned(),
            ));
        }
        let mut bytecode = None;
        if let Some((image, key)) = content.bytecode {
            let image = Image::parse(image)?;
            let shared = Layout::new(&image, page, true)?;
            // It is compiled for the largest pages there are, so its memory may be rounded otherwise.
            let front = match (shared.mapped(), data) {
                (Some(own), Some((data, _))) if own.data == data => shared,
                _ => Layout::new(&image, page, false)?,
            };
            bytecode = Some((front, key));
        }
        let all = fronts.iter().chain(bytecode.iter().map(|(front, _)| front));
        let align = all
            .filter_map(|front| Some(front.mapped()?.align))
            .max()
            .unwrap_or(page);

        let mut plan = Plan::default();
        let mut at = Header::len_for(count(content, data.is_some())) + metadata_len;
        for names in content
            .versions
            .iter()
            .map(|version| version.names)
            .chain(content.wasm.map(|wasm| wasm.1))
        {
            at = at.next_multiple_of(8);
            plan.put(RegionKind::Names, at, names);
            at += names.len();
        }
        if let Some((wasm, _)) = content.wasm {
            at = at.next_multiple_of(8);
            plan.put(RegionKind::Wasm, at, wasm);
            at += wasm.len();
        }
        if !fronts.is_empty() {
            at = at.next_multiple_of(align);
        }
        let starts = at;
        let sizes = fronts
            .iter()
            .chain(bytecode.iter().map(|(front, _)| front))
            .map(Layout::front);
        // The data follows the last front.
        let data_at = sizes.fold(at, |at, size| (at + size).next_multiple_of(align));
        let data_end = data_at + data.map_or(0, |(data, _)| data.len());

        at = starts;
        let mut texts = Vec::new();
        for (version, front) in content.versions.iter().zip(fronts) {
            let end = if data.is_some() { data_end } else { at + front.front() };
            let text = at + front.text().start..at + front.text().end;
            plan.region(RegionKind::Module, version.cpu, at..end, version.key);
            plan.region(RegionKind::Text, version.cpu, text.clone(), 0);
            texts.push(text);
            let next = (at + front.front()).next_multiple_of(align);
            plan.pieces.push((at, Piece::Front(front, data_at - at)));
            at = next;
        }
        if let Some((front, key)) = bytecode {
            let end = if front.mapped().is_some() {
                data_end
            } else {
                at + front.front()
            };
            plan.region(RegionKind::Bytecode, CpuLevel::Baseline, at..end, key);
            let next = (at + front.front()).next_multiple_of(align);
            plan.pieces.push((at, Piece::Front(front, data_at - at)));
            at = next;
        }
        let mut image = None;
        if let Some((data, initial)) = data {
            let range = data_at..data_at + initial;
            plan.region(RegionKind::Image, CpuLevel::Baseline, range.clone(), 0);
            plan.pieces.push((data_at, Piece::Bytes(data)));
            image = Some(range);
            at = data_end;
        }
        if let Some(fallback) = content.fallback {
            at = at.next_multiple_of(page);
            plan.put(RegionKind::Fallback, at, fallback);
        }
        let ends = plan.regions.iter().map(|region| (region.offset + region.len) as usize);
        let len = ends.max().unwrap_or(0);
        Ok(Payload {
            regions: plan.sorted(),
            parts: parts(&texts, image, len.next_multiple_of(page)),
            len,
            pieces: plan.pieces,
        })
    }

    /// Writes everything but header and metadata to zeroed bytes.
    pub fn write(&self, out: &mut [u8]) {
        for (at, piece) in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => out[*at..at + bytes.len()].copy_from_slice(bytes),
                Piece::Front(front, data_at) => front.write(&mut out[*at..at + front.front()], *data_at),
            }
        }
    }
}

#[derive(Default)]
struct Plan<'a> {
    regions: Vec<Region>,
    pieces: Vec<(usize, Piece<'a>)>,
}

impl<'a> Plan<'a> {
    fn region(&mut self, kind: RegionKind, cpu: CpuLevel, range: Range<usize>, key: u64) {
        self.regions.push(Region {
            kind,
            cpu,
            offset: range.start as u64,
            len: range.len() as u64,
            key,
        });
    }

    /// A region that is only bytes.
    fn put(&mut self, kind: RegionKind, at: usize, bytes: &'a [u8]) {
        self.region(kind, CpuLevel::Baseline, at..at + bytes.len(), 0);
        self.pieces.push((at, Piece::Bytes(bytes)));
    }

    /// The regions by kind; those of one kind keep their order.
    fn sorted(&self) -> Vec<Region> {
        let mut regions = self.regions.clone();
        regions.sort_by_key(|region| region.kind);
        regions
    }
}

/// Number of regions.
fn count(content: &Content<'_>, image: bool) -> usize {
    3 * content.versions.len()
        + usize::from(image)
        + usize::from(content.bytecode.is_some())
        + usize::from(content.fallback.is_some())
        + 2 * usize::from(content.wasm.is_some())
}

/// The parts by access right: what is read, code, what is read ..., initial memory, and what is read again.
fn parts(texts: &[Range<usize>], image: Option<Range<usize>>, len: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    let mut name = section::PAYLOAD;
    let mut push = |section, range: Range<usize>, access| {
        if !range.is_empty() {
            parts.push(Part { section, range, access });
        }
    };
    for text in texts {
        push(name, at..text.start, Access::Read);
        push(section::TEXT, text.clone(), Access::Execute);
        (at, name) = (text.end, section::TAIL);
    }
    if let Some(image) = image {
        push(name, at..image.start, Access::Read);
        push(section::IMAGE, image.clone(), Access::Write);
        (at, name) = (image.end, section::END);
    }
    push(name, at..len, Access::Read);
    parts
}
