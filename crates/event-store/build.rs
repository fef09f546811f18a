//! The migrations are part of this crate's code: a changed one builds it anew.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
