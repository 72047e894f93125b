//! Where everything of a payload lies: versions of the code one behind the other, initial memory shared by all.
//!
//! `format-spec/SPEC.md`, "Header", has the picture: R1 X1 R2 X2 ... D.

use std::ops::Range;

use nyash_format::{CpuLevel, Header, ImageRuns, Region, RegionKind, Run, Target, section};

use crate::error::{Error, Result};
use crate::executable::parts::{Access, Part};
use crate::image::layout::{Layout, Map};
use crate::image::reading::Image;

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
pub(crate) struct Content<'a> {
    /// The versions of the code, the best first.
    pub versions: Vec<Version<'a>>,
    /// The module for the interpreter, and its key.
    pub bytecode: Option<(&'a [u8], u64)>,
    /// Where the pages of initial memory go, if it is compact.
    pub runs: &'a [Run],
    /// The compiler that goes along, and the module for it.
    pub jit: Option<(&'a [u8], &'a [u8])>,
    /// The index of embedded files, and their bytes.
    pub embedded: Option<(&'a [u8], &'a [u8])>,
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
    pub fn new(content: &Content<'a>, metadata_len: usize, target: Target) -> Result<Self> {
        let alone = content.versions.len() == 1 && content.bytecode.is_none() && content.jit.is_none();
        let compact = !content.runs.is_empty();
        let map = if compact { Map::All } else { Map::Large };
        let mut fronts = Vec::new();
        for version in &content.versions {
            fronts.push(Layout::new(&Image::parse(version.image)?, target, map, alone)?);
        }
        let same = |front: &Layout<'a>| front.mapped().map(|data| (data.data, data.initial));
        let data = fronts.first().and_then(same);
        if fronts.iter().any(|front| same(front) != data) {
            return Err(Error::DamagedImage(
                "versions differ in their initial memory".to_owned(),
            ));
        }
        let pages: u64 = content.runs.iter().map(|run| u64::from(run.count)).sum();
        if compact && data.is_none_or(|(_, initial)| initial as u64 != pages * ImageRuns::PAGE) {
            return Err(Error::DamagedImage(
                "its initial memory is not that of its runs".to_owned(),
            ));
        }
        if let Some((image, _)) = content.bytecode {
            let image = Image::parse(image)?;
            let shared = Layout::new(&image, target, map, alone)?;
            // It is compiled for the largest pages there are, so its memory may be rounded otherwise.
            fronts.push(match (shared.mapped(), data) {
                (Some(own), Some((data, _))) if own.data == data && !compact => shared,
                _ => Layout::new(&image, target, Map::Nothing, alone)?,
            });
        }

        let mut plan = Plan::default();
        let mut at = Header::len_for(count(content, data.is_some())) + metadata_len;
        for version in &content.versions {
            at = at.next_multiple_of(8);
            plan.put(RegionKind::Names, at, version.names);
            at += version.names.len();
        }
        // Before the code, where they need no segment of their own.
        if let Some((index, data)) = content.embedded {
            for (kind, bytes) in [(RegionKind::EmbedIndex, index), (RegionKind::EmbedData, data)] {
                at = at.next_multiple_of(8);
                plan.put(kind, at, bytes);
                at += bytes.len();
            }
        }
        let start = at.next_multiple_of(target.smallest_page());
        // The fronts are whole pages, and what is mapped follows the last one.
        let data_at = start + fronts.iter().map(Layout::front).sum::<usize>();
        let end_of_data = data_at + data.map_or(0, |(data, _)| data.len());
        at = start;
        let mut texts = Vec::new();
        for (number, front) in fronts.into_iter().enumerate() {
            let next = at + front.front();
            let end = if front.mapped().is_some() { end_of_data } else { next };
            if let Some(version) = content.versions.get(number) {
                let text = at + front.text().start..at + front.text().end;
                plan.region(RegionKind::Module, version.cpu, at..end, version.key);
                plan.region(RegionKind::Text, version.cpu, text.clone(), 0);
                texts.push(text);
            } else if let Some((_, key)) = content.bytecode {
                plan.region(RegionKind::Bytecode, CpuLevel::Baseline, at..end, key);
            }
            plan.pieces.push((at, Piece::Front(front, data_at - at)));
            at = next;
        }
        let mut image = None;
        if let Some((data, initial)) = data {
            let range = data_at..data_at + initial;
            plan.region(RegionKind::Image, CpuLevel::Baseline, range.clone(), 0);
            plan.pieces.push((data_at, Piece::Bytes(data)));
            image = Some(range);
        }
        let mut len = end_of_data;
        if let Some((compiler, wasm)) = content.jit {
            for (kind, bytes) in [(RegionKind::Compiler, compiler), (RegionKind::Wasm, wasm)] {
                len = len.next_multiple_of(8);
                plan.put(kind, len, bytes);
                len += bytes.len();
            }
        }
        Ok(Payload {
            regions: plan.sorted(),
            parts: parts(&texts, image, len.next_multiple_of(target.smallest_page())),
            len,
            pieces: plan.pieces,
        })
    }

    /// Distance of the first code from the start, in bytes.
    pub fn to_text(&self) -> usize {
        let text = self.parts.iter().find(|part| part.access == Access::Execute);
        text.map_or(0, |part| part.range.start)
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
    let fallback = usize::from(content.bytecode.is_some()) + 2 * usize::from(content.jit.is_some());
    let embedded = 2 * usize::from(content.embedded.is_some());
    3 * content.versions.len() + usize::from(image) + fallback + embedded
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
