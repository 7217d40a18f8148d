//! JPEG files as far as we look into them: whether one is one, how large it is, and what in it
//! tells of more than the picture (ITU-T T.81, annex B).

/// Most pixels of a picture: a file of a megabyte can unfold into more than a browser holds.
pub const PIXELS_MAX: u64 = 25_000_000;

const MARKER: u8 = 0xff;
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;
/// What a decoder needs: JFIF's density, the colour profile, Adobe's colour transform.
const KEPT_APPS: [(u8, &[u8]); 3] = [(0xe0, b"JFIF\0"), (0xe2, b"ICC_PROFILE\0"), (0xee, b"Adobe")];

/// Why bytes are no picture that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKept {
    /// They are something else, or break off.
    #[error("this is no complete JPEG file")]
    NoJpeg,
    /// It would unfold into too much.
    #[error("at most {PIXELS_MAX} pixels: make it smaller first")]
    TooManyPixels,
}

/// The picture without what is said about it: place, device, time, previews, comments, and
/// whatever was put behind its end. The picture itself stays as it is, bit by bit.
///
/// The orientation goes with the rest: whoever takes the picture turns it before sending.
pub fn without_metadata(bytes: &[u8]) -> Result<Vec<u8>, NotKept> {
    strip(bytes).ok_or(NotKept::NoJpeg)?
}

fn strip(bytes: &[u8]) -> Option<Result<Vec<u8>, NotKept>> {
    let mut rest = bytes.strip_prefix(&[MARKER, START])?;
    let mut kept = vec![MARKER, START];
    let (mut framed, mut scanned) = (false, false);
    loop {
        // Any marker may have fill bytes before it.
        let at = rest.strip_prefix(&[MARKER])?.iter().position(|byte| *byte != MARKER)?;
        let (marker, after) = rest.get(at.checked_add(1)?..)?.split_first()?;
        if *marker == END {
            kept.extend([MARKER, END]);
            return (framed && scanned).then_some(Ok(kept));
        }
        let length = usize::from(u16::from_be_bytes(*after.first_chunk()?));
        let (segment, after) = after.split_at_checked(length)?;
        let content = segment.get(2..)?;
        if is_frame(*marker) {
            if pixels(content)? > PIXELS_MAX {
                return Some(Err(NotKept::TooManyPixels));
            }
            framed = true;
        }
        if is_kept(*marker, content) {
            kept.extend([MARKER, *marker]);
            kept.extend_from_slice(segment);
        }
        rest = after;
        if *marker == SCAN {
            scanned = true;
            let (coded, after) = rest.split_at_checked(coded_bytes(rest)?)?;
            kept.extend_from_slice(coded);
            rest = after;
        }
    }
}

/// Bytes until the next marker that is not part of the coded picture.
fn coded_bytes(rest: &[u8]) -> Option<usize> {
    rest.windows(2).position(|pair| match pair {
        // A stuffed byte, and restart markers, belong to it.
        [MARKER, next] => !matches!(next, 0x00 | 0xd0..=0xd7),
        _ => false,
    })
}

const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Height and width stand behind the precision.
fn pixels(frame: &[u8]) -> Option<u64> {
    let height = u16::from_be_bytes(*frame.get(1..)?.first_chunk()?);
    let width = u16::from_be_bytes(*frame.get(3..)?.first_chunk()?);
    (height > 0 && width > 0).then(|| u64::from(height).saturating_mul(u64::from(width)))
}

fn is_kept(marker: u8, content: &[u8]) -> bool {
    match marker {
        0xe0..=0xef => KEPT_APPS.iter().any(|(m, id)| *m == marker && content.starts_with(id)),
        COMMENT => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[MARKER, marker], &length[..], content].concat()
    }

    fn frame(height: u16, width: u16) -> Vec<u8> {
        let [h, w] = [height, width].map(u16::to_be_bytes);
        segment(0xc2, &[8, h[0], h[1], w[0], w[1], 1, 1, 0x11, 0])
    }

    fn jpeg(extra: &[Vec<u8>]) -> Vec<u8> {
        let coded = [1, MARKER, 0, 2, MARKER, 0xd3, 3];
        let scan = segment(SCAN, &[1, 1, 0, 0, 63, 0]);
        let jfif = segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
        [
            vec![MARKER, START],
            jfif,
            extra.concat(),
            frame(480, 640),
            segment(0xc4, &[0; 17]),
            scan.clone(),
            coded.to_vec(),
            // A progressive picture has tables between its scans.
            segment(0xc4, &[1; 17]),
            scan,
            coded.to_vec(),
            vec![MARKER, END],
        ]
        .concat()
    }

    #[test]
    fn what_tells_of_more_than_the_picture_goes() {
        let plain = jpeg(&[]);
        assert_eq!(without_metadata(&plain), Ok(plain.clone()), "a plain one stays as it is");
        let extra = [
            segment(0xe1, b"Exif\0\0GPS 52.5 13.4"),
            segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
            segment(0xe2, b"MPF\0previews"),
            segment(0xed, b"Photoshop 3.0\0caption"),
            segment(COMMENT, b"Maya's phone"),
            // A second JPEG in the place of the density.
            segment(0xe0, b"JFXX\0\x10thumbnail"),
        ];
        let told = [jpeg(&extra), b"motion, with sound".to_vec()].concat();
        assert_eq!(without_metadata(&told), Ok(plain));
        let profile = jpeg(&[segment(0xe2, b"ICC_PROFILE\0\x01\x01sRGB"), segment(0xee, b"Adobe")]);
        assert_eq!(without_metadata(&profile), Ok(profile.clone()));
    }

    #[test]
    fn what_is_no_jpeg_is_not_kept() {
        let whole = jpeg(&[]);
        for length in 0..whole.len() {
            let cut = &whole[..length];
            assert_eq!(without_metadata(cut), Err(NotKept::NoJpeg), "{length} bytes");
        }
        for bad in [&b"\x89PNG\r\n"[..], b"<svg/>", b"\xff\xd8\xff\xd9", b"\xff\xd8\xff\xe1\0\0"] {
            assert_eq!(without_metadata(bad), Err(NotKept::NoJpeg), "{bad:?}");
        }
        let mut huge = whole.clone();
        let at = whole.windows(2).position(|w| w == [MARKER, 0xc2]).unwrap();
        huge[at + 5..at + 9].fill(0xff);
        assert_eq!(without_metadata(&huge), Err(NotKept::TooManyPixels));
    }
}
