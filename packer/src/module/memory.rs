//! Initial memory in compact form: only the pages that are not zero, one behind the other.
//!
//! wasmtime maps initial memory as one range from the first byte to the last, and where too much of that is zero it
//! copies every segment at each start. The way around leaves wasmtime as it is: the compiler gets a module whose one
//! segment for each memory is the compact image, and the runtime, which wasmtime asks to map that, puts each run of pages
//! where it belongs (`format-spec/SPEC.md`, record image_runs).

use std::ops::Range;

use nyash_format::{ImageRuns, Run};
use wasmparser::{ConstExpr, DataKind, Operator, Parser, Payload, WasmFeatures};

/// Zero bytes between two runs that are rather kept in the file than spared by one more system call at each start.
const SHORT_GAP: u64 = 64 << 10;
/// More runs than this cost more at the start than they save: each is a system call, and the kernel keeps some 65,000 ranges
/// for a process at most.
const MOST_RUNS: usize = 1024;
/// wasmtime maps a range up to this length however little of it is data (`Config::memory_guaranteed_dense_image_size`).
const MAPPED_ANYHOW: u64 = 16 << 20;
/// How much larger than the data of the module its pages may be, so that packing needs memory in proportion to its input.
const MOST_GROWTH: u64 = 4;
const ALLOWANCE: u64 = 4 << 20;

/// A module for the compiler, and where the pages of its images go.
pub(crate) struct Compact {
    pub wasm: Vec<u8>,
    pub runs: Vec<Run>,
}

/// The module with its initial memory in compact form for pages of `page` bytes, if that saves something: there are holes,
/// or wasmtime would not map it. `None` as well for too many holes, for what only running can tell (segments that do not fit, offsets that are
/// no constants) and for what the validator will refuse.
pub(crate) fn compact(wasm: &[u8], page: usize) -> Option<Compact> {
    let module = Segments::read(wasm, page as u64)?;
    let mut runs = Vec::new();
    let mut images = Vec::new();
    let mut mapped_anyhow = true;
    for memory in 0..module.memories.len() {
        let segments = || module.active.iter().filter(move |segment| segment.memory == memory);
        let bytes: u64 = segments().map(|segment| segment.data.len() as u64).sum();
        let start = segments().map(Segment::start).min().unwrap_or(0);
        let end = segments().map(Segment::end).max().unwrap_or(0);
        mapped_anyhow &= end - start < MAPPED_ANYHOW.max(bytes.saturating_mul(2));
        let image = Image::new(segments(), page as u64, bytes)?;
        if let Some((first, _)) = image.runs.first() {
            for (range, _) in &image.runs {
                runs.push(Run {
                    distance: u32::try_from((range.start - first.start) / ImageRuns::PAGE).ok()?,
                    count: u32::try_from((range.end - range.start) / ImageRuns::PAGE).ok()?,
                });
            }
        }
        images.push(image);
    }
    let holes = images.iter().any(|image| image.runs.len() > 1);
    if runs.is_empty() || runs.len() > MOST_RUNS || (mapped_anyhow && !holes) {
        return None;
    }
    Some(Compact {
        wasm: module.write(wasm, &images)?,
        runs,
    })
}

/// What of a module decides about its initial memory.
struct Segments<'a> {
    /// Whether addresses of a memory have 64 bits.
    memories: Vec<bool>,
    active: Vec<Segment<'a>>,
    /// The segments of the module in order: an index into `active`, or a passive segment.
    all: Vec<Kind<'a>>,
    /// The data section with its head.
    section: Range<usize>,
}

enum Kind<'a> {
    Active(usize),
    Passive(&'a [u8]),
}

struct Segment<'a> {
    memory: usize,
    offset: u64,
    data: &'a [u8],
}

impl Segment<'_> {
    fn start(&self) -> u64 {
        self.offset
    }

    /// Segments that would overflow are not read.
    fn end(&self) -> u64 {
        self.offset + self.data.len() as u64
    }
}

impl<'a> Segments<'a> {
    fn read(wasm: &'a [u8], page: u64) -> Option<Self> {
        let mut found = Segments {
            memories: Vec::new(),
            active: Vec::new(),
            all: Vec::new(),
            section: 0..0,
        };
        let mut sizes = Vec::new();
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        let (mut rest, mut at) = (wasm, 0);
        loop {
            let wasmparser::Chunk::Parsed { consumed, payload } = parser.parse(rest, true).ok()? else {
                return None;
            };
            let whole = at..at + consumed;
            match payload {
                Payload::CodeSectionStart { range, .. } => {
                    parser.skip_section();
                    rest = wasm.get(range.end..)?;
                    at = range.end;
                    continue;
                }
                Payload::MemorySection(memories) => {
                    for memory in memories {
                        let memory = memory.ok()?;
                        let unit = memory.page_size_log2.unwrap_or(16);
                        // wasmtime maps nothing into memories whose pages are smaller than the system's.
                        let size = memory.initial.checked_mul(1u64.checked_shl(unit)?)?;
                        if 1u64 << unit < page {
                            return None;
                        }
                        found.memories.push(memory.memory64);
                        sizes.push(size);
                    }
                }
                Payload::DataSection(segments) => {
                    found.section = whole;
                    for segment in segments {
                        let segment = segment.ok()?;
                        match segment.kind {
                            DataKind::Passive => found.all.push(Kind::Passive(segment.data)),
                            DataKind::Active {
                                memory_index,
                                offset_expr,
                            } => {
                                let memory = memory_index as usize;
                                let segment = Segment {
                                    memory,
                                    offset: constant(&offset_expr, *found.memories.get(memory)?)?,
                                    data: segment.data,
                                };
                                let end = segment.offset.checked_add(segment.data.len() as u64)?;
                                if end > *sizes.get(memory)? {
                                    return None;
                                }
                                found.all.push(Kind::Active(found.active.len()));
                                found.active.push(segment);
                            }
                        }
                    }
                }
                Payload::End(_) => break,
                _ => {}
            }
            rest = &rest[consumed..];
            at += consumed;
        }
        Some(found)
    }

    /// The module with the first segment of each memory replaced by its image, and the others, which must keep their
    /// numbers, by nothing.
    fn write(&self, wasm: &[u8], images: &[Image]) -> Option<Vec<u8>> {
        let mut data = wasm_encoder::DataSection::new();
        let mut written = vec![false; images.len()];
        for kind in &self.all {
            let segment = match kind {
                Kind::Passive(bytes) => {
                    data.passive(bytes.iter().copied());
                    continue;
                }
                Kind::Active(index) => &self.active[*index],
            };
            let image = &images[segment.memory];
            let (at, bytes) = match image.runs.first() {
                Some((first, _)) if !std::mem::replace(&mut written[segment.memory], true) => {
                    (first.start, image.bytes())
                }
                _ => (0, Vec::new()),
            };
            let at = if self.memories[segment.memory] {
                wasm_encoder::ConstExpr::i64_const(at.cast_signed())
            } else {
                wasm_encoder::ConstExpr::i32_const(u32::try_from(at).ok()?.cast_signed())
            };
            data.active(segment.memory as u32, &at, bytes);
        }
        let mut out = wasm[..self.section.start].to_vec();
        wasm_encoder::Section::append_to(&data, &mut out);
        out.extend_from_slice(&wasm[self.section.end..]);
        Some(out)
    }
}

/// The value of an expression that is one constant.
fn constant(expression: &ConstExpr<'_>, memory64: bool) -> Option<u64> {
    let mut operators = expression.get_operators_reader();
    let value = match operators.read().ok()? {
        Operator::I32Const { value } if !memory64 => u64::from(value.cast_unsigned()),
        Operator::I64Const { value } if memory64 => value.cast_unsigned(),
        _ => return None,
    };
    matches!(operators.read(), Ok(Operator::End)).then_some(value)
}

/// The pages of a memory that are not zero.
struct Image {
    /// Ranges of addresses, whole pages, and their contents.
    runs: Vec<(Range<u64>, Vec<u8>)>,
}

impl Image {
    /// `len` is the length of all segments together. `None` if the pages would need out of proportion more.
    fn new<'s>(segments: impl Iterator<Item = &'s Segment<'s>> + Clone, page: u64, len: u64) -> Option<Self> {
        let mut touched: Vec<Range<u64>> = segments
            .clone()
            .filter(|segment| !segment.data.is_empty())
            .map(|segment| segment.start() / page * page..segment.end().next_multiple_of(page))
            .collect();
        touched.sort_by_key(|range| range.start);
        let mut areas: Vec<(Range<u64>, Vec<u8>)> = Vec::new();
        for range in touched {
            match areas.last_mut() {
                Some((last, _)) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => areas.push((range, Vec::new())),
            }
        }
        let total: u64 = areas.iter().map(|(range, _)| range.end - range.start).sum();
        if total > len.saturating_mul(MOST_GROWTH).saturating_add(ALLOWANCE) {
            return None;
        }
        for (range, bytes) in &mut areas {
            *bytes = vec![0; usize::try_from(range.end - range.start).ok()?];
        }
        // In the order of the module: a later segment overwrites.
        for segment in segments.filter(|segment| !segment.data.is_empty()) {
            let area = areas.partition_point(|(range, _)| range.end <= segment.start());
            let (range, bytes) = &mut areas[area];
            let at = (segment.start() - range.start) as usize;
            bytes[at..at + segment.data.len()].copy_from_slice(segment.data);
        }
        Some(Image {
            runs: runs(&areas, page),
        })
    }

    /// The image: all runs.
    fn bytes(&self) -> Vec<u8> {
        self.runs.iter().flat_map(|(_, bytes)| bytes).copied().collect()
    }
}

/// The runs of pages that are not zero, near ones joined.
fn runs(areas: &[(Range<u64>, Vec<u8>)], page: u64) -> Vec<(Range<u64>, Vec<u8>)> {
    let mut runs: Vec<(Range<u64>, Vec<u8>)> = Vec::new();
    for (range, bytes) in areas {
        for (at, bytes) in (range.start..).step_by(page as usize).zip(bytes.chunks(page as usize)) {
            if bytes.iter().all(|byte| *byte == 0) {
                continue;
            }
            match runs.last_mut() {
                Some((last, own)) if at - last.end <= SHORT_GAP => {
                    last.end = at + page;
                    own.resize((at - last.start) as usize, 0);
                    own.extend_from_slice(bytes);
                }
                _ => runs.push((at..at + page, bytes.to_vec())),
            }
        }
    }
    runs
}
