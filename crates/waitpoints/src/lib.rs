//! The built-in waitpoint tokens, with Trigger.dev's semantics.
//!
//! A token is a row that says what it waits for; whether it still waits is computed. It is settled
//! when somebody completed it or its time ran out, and otherwise completed by the first **wake** of
//! its campaign and kind whose position lies behind the position at which the token was registered.
//! A wake is one row for all tokens, so a million sleepers wake by one insert, and a token that was
//! registered while a pause committed is placed before or after it by its position, whichever
//! transaction ended first: no lost wake-up, and no lock.
//!
//! Always true: the first completion wins, and what a reader was told once never changes.
//!
//! Not here: HTTP (`web`), when to wake (`outbox`), tokens that live on Trigger.dev (`outbox`).
