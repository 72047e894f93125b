//! What Windows shows of a program besides its code: icon, version information, and whether it has a console.
//!
//! They are put into the runtime before a program is packed into it, so that the payload stays the last thing.

use std::borrow::Cow;

use editpe::types::{VersionU16, VersionU32};
use editpe::{Image, VersionInfo, VersionStringTable};
use nyash_format::{Format, Target};

use crate::error::{Error, Result};

/// Whether a program runs in a console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subsystem {
    /// It writes to the console that it is started in, or gets one.
    Console,
    /// It gets none, and its standard streams are closed unless it is started with some.
    Windows,
}

impl Subsystem {
    /// The number in the PE header.
    fn number(self) -> u16 {
        match self {
            Subsystem::Windows => 2,
            Subsystem::Console => 3,
        }
    }
}

/// What only executables of Windows have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resources {
    /// Contents of an `.ico` file.
    pub icon: Option<Vec<u8>>,
    /// Entries of the version information, for example `ProductName` and its value.
    pub version_info: Vec<(String, String)>,
    /// The runtime's own is the console.
    pub subsystem: Option<Subsystem>,
}

/// US English, and the number of UTF-16, as version information names them.
const LANGUAGE: u16 = 0x0409;
const UTF16: u16 = 0x04b0;

const ICON: &str = "--icon";
const VERSION_INFO: &str = "--version-info";

impl Resources {
    /// Takes `KEY=VALUE`, an entry of the version information.
    ///
    /// # Errors
    /// [`Error::Option`].
    pub fn add_version_info(&mut self, text: &str) -> Result<()> {
        let entry = text.split_once('=').filter(|(key, _)| !key.is_empty());
        let (key, value) = entry.ok_or_else(|| {
            refuse(
                VERSION_INFO,
                "expected KEY=VALUE, for example ProductName=Example or FileVersion=1.2.0.0",
            )
        })?;
        if text.contains('\0') {
            return Err(refuse(VERSION_INFO, "a zero character cannot be stored"));
        }
        self.version_info.push((key.to_owned(), value.to_owned()));
        Ok(())
    }

    /// The first option that is given.
    fn given(&self) -> Option<&'static str> {
        let given = [
            (self.icon.is_some(), ICON),
            (!self.version_info.is_empty(), VERSION_INFO),
            (self.subsystem.is_some(), "--subsystem"),
        ];
        given.into_iter().find_map(|(is, option)| is.then_some(option))
    }
}

/// Refuses what the target has not got.
pub(crate) fn check(resources: &Resources, target: Target) -> Result<()> {
    if target.format() == Format::Pe {
        return resources.icon.as_deref().map_or(Ok(()), check_icon);
    }
    match resources.given() {
        Some(option) => Err(refuse(
            option,
            &format!("only executables of Windows have it, and this one is for {}", target),
        )),
        None => Ok(()),
    }
}

/// The runtime with what was asked for.
///
/// # Errors
/// [`Error::Option`] for an icon that is none or values that do not fit, [`Error::Runtime`] when there is no room.
pub(crate) fn apply<'a>(runtime: Cow<'a, [u8]>, resources: &Resources) -> Result<Cow<'a, [u8]>> {
    if resources.given().is_none() {
        return Ok(runtime);
    }
    let unusable = |error: &dyn std::fmt::Display| Error::Runtime(error.to_string());
    let mut image = Image::parse(&runtime[..]).map_err(|error| unusable(&error))?;
    if let Some(subsystem) = resources.subsystem {
        image.set_subsystem(subsystem.number());
    }
    let mut directory = image.resource_directory().cloned().unwrap_or_default();
    if let Some(icon) = &resources.icon {
        directory
            .set_main_icon(icon.as_slice())
            .map_err(|error| refuse(ICON, &error.to_string()))?;
    }
    if !resources.version_info.is_empty() {
        directory
            .set_version_info(&version_info(&resources.version_info)?)
            .map_err(|error| refuse(VERSION_INFO, &error.to_string()))?;
    }
    if resources.icon.is_some() || !resources.version_info.is_empty() {
        image
            .set_resource_directory(directory)
            .map_err(|error| unusable(&error))?;
    }
    Ok(Cow::Owned(image.data().to_vec()))
}

/// An `.ico` file: a directory of images, each a PNG or a bitmap without its file header. The format is checked here
/// because what Windows cannot read it does not show, without a word.
fn check_icon(bytes: &[u8]) -> Result<()> {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
    /// Length of the header of a bitmap, its first field.
    const BITMAP: &[u8] = &40_u32.to_le_bytes();
    let none = |why: &str| refuse(ICON, &format!("this is no .ico file: {why}"));
    let [0, 0, 1, 0, count @ ..] = bytes else {
        return Err(none("it does not start like one"));
    };
    let count = match count {
        [low, high, ..] => usize::from(u16::from_le_bytes([*low, *high])),
        _ => 0,
    };
    if count == 0 {
        return Err(none("it holds no image"));
    }
    for number in 0..count {
        let entry = bytes.get(6 + 16 * number..22 + 16 * number);
        let field = |at: usize| {
            let field = entry?.get(at..at + 4)?;
            Some(u32::from_le_bytes([field[0], field[1], field[2], field[3]]) as usize)
        };
        let image = field(8)
            .zip(field(12))
            .and_then(|(len, at)| bytes.get(at..at.checked_add(len)?));
        let image = image.ok_or_else(|| none(&format!("image {} is cut short", number + 1)))?;
        if !image.starts_with(PNG) && !image.starts_with(BITMAP) {
            return Err(none(&format!("image {} is neither a PNG nor a bitmap", number + 1)));
        }
    }
    Ok(())
}

fn version_info(entries: &[(String, String)]) -> Result<VersionInfo> {
    let mut table = VersionStringTable {
        key: format!("{LANGUAGE:04X}{UTF16:04X}"),
        ..VersionStringTable::default()
    };
    let mut info = VersionInfo::default();
    for (key, value) in entries {
        match key.as_str() {
            "FileVersion" => info.info.file_version = numbers(key, value)?,
            "ProductVersion" => info.info.product_version = numbers(key, value)?,
            _ => {}
        }
        table.strings.insert(key.clone(), value.clone());
    }
    info.strings.push(table);
    info.vars.push(VersionU16 {
        major: LANGUAGE,
        minor: UTF16,
    });
    Ok(info)
}

/// A version of up to four numbers, which Windows also compares as such.
fn numbers(key: &str, text: &str) -> Result<VersionU32> {
    let numbers: Option<Vec<u32>> = text
        .split('.')
        .map(|part| part.parse::<u16>().ok().map(u32::from))
        .collect();
    let Some(mut numbers) = numbers.filter(|numbers| numbers.len() <= 4) else {
        return Err(refuse(
            VERSION_INFO,
            &format!("{key} must be up to four numbers below 65536 with dots between them, and is `{text}`"),
        ));
    };
    numbers.resize(4, 0);
    Ok(VersionU32 {
        major: numbers[0] << 16 | numbers[1],
        minor: numbers[2] << 16 | numbers[3],
    })
}

fn refuse(option: &'static str, message: &str) -> Error {
    Error::Option {
        option,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn icon(image: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 1, 0, 1, 0, 16, 16, 0, 0, 1, 0, 32, 0];
        bytes.extend_from_slice(&(image.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&22_u32.to_le_bytes());
        bytes.extend_from_slice(image);
        bytes
    }

    #[test]
    fn icons_are_told_from_other_files() {
        let why = |bytes: &[u8]| check_icon(bytes).map_err(|error| error.to_string());
        assert_eq!(why(&icon(b"\x89PNG\r\n\x1a\n...")), Ok(()));
        assert!(why(b"").unwrap_err().contains("does not start like one"));
        assert!(
            why(b"\x89PNG\r\n\x1a\n")
                .unwrap_err()
                .contains("does not start like one")
        );
        assert!(why(&[0, 0, 1, 0, 0, 0]).unwrap_err().contains("holds no image"));
        assert!(
            why(&icon(b"\x89PNG\r\n\x1a\n")[..26])
                .unwrap_err()
                .contains("image 1 is cut short")
        );
        assert!(
            why(&icon(b"GIF89a"))
                .unwrap_err()
                .contains("neither a PNG nor a bitmap")
        );
    }

    #[test]
    fn versions_are_four_numbers() {
        let both = |text| numbers("FileVersion", text).map(|version| (version.major, version.minor));
        assert_eq!(both("1.2.3.4").unwrap(), (0x1_0002, 0x3_0004));
        assert_eq!(both("7").unwrap(), (0x7_0000, 0));
        assert!(both("1.2.3.4.5").is_err());
        assert!(both("1.x").is_err());
        assert!(both("65536").is_err());
    }
}
