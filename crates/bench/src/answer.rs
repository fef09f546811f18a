//! The little of an HTTP answer that the load generator reads: is it whole, is it a 200, and what
//! does its body say?

/// A whole answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// Three digits.
    pub status: &'a [u8],
    pub body: &'a [u8],
}

/// Bytes that are no answer of the service.
#[derive(Debug, PartialEq, Eq)]
pub struct NoAnswer;

const STATUS_LINE: &[u8] = b"HTTP/1.1 ";
const HEAD_END: &[u8] = b"\r\n\r\n";
const LENGTH: &[u8] = b"\r\ncontent-length: ";
const HEAD_BYTES_MAX: usize = 4096;

impl<'a> Answer<'a> {
    /// The answer in `bytes`; none while it is not whole.
    pub fn parse(bytes: &'a [u8]) -> Result<Option<Self>, NoAnswer> {
        let Some(head_bytes) = find(bytes, HEAD_END) else {
            return if HEAD_BYTES_MAX < bytes.len() {
                Err(NoAnswer)
            } else {
                Ok(None)
            };
        };
        let (head, rest) = bytes.split_at_checked(head_bytes).ok_or(NoAnswer)?;
        let status = head
            .strip_prefix(STATUS_LINE)
            .and_then(|line| line.get(..3));
        let from = find(head, LENGTH).ok_or(NoAnswer)? + LENGTH.len();
        let digits = head
            .get(from..)
            .ok_or(NoAnswer)?
            .iter()
            .take_while(|it| it.is_ascii_digit());
        let length = digits.fold(0, |sum: usize, digit| sum * 10 + usize::from(digit - b'0'));
        let body = rest.get(HEAD_END.len()..).ok_or(NoAnswer)?;
        let status = status.ok_or(NoAnswer)?;
        Ok((length <= body.len()).then_some(Self { status, body }))
    }

    /// Whether the body says so.
    pub fn says(&self, phrase: &[u8]) -> bool {
        find(self.body, phrase).is_some()
    }
}

fn find(text: &[u8], phrase: &[u8]) -> Option<usize> {
    text.windows(phrase.len())
        .position(|window| window == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] =
        b"HTTP/1.1 200 OK\r\ncontent-length: 19\r\netag: \"7\"\r\n\r\n{\"status\":\"paused\"}";

    #[test]
    fn an_answer_is_whole_when_its_last_byte_is_there() {
        for bytes in 0..WHOLE.len() {
            assert_eq!(Answer::parse(&WHOLE[..bytes]), Ok(None), "{bytes} bytes");
        }

        let answer = Answer::parse(WHOLE).unwrap().unwrap();

        assert_eq!(answer.status, b"200");
        assert!(answer.says(b"\"status\":\"paused\""));
        assert!(!answer.says(b"\"status\":\"active\""));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for bytes in [&b"SSH-2.0\r\n\r\n"[..], b"HTTP/1.1 200 OK\r\n\r\n"] {
            assert_eq!(Answer::parse(bytes), Err(NoAnswer));
        }
        assert_eq!(Answer::parse(&[b'x'; HEAD_BYTES_MAX + 1]), Err(NoAnswer));
    }
}
