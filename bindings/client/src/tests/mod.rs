//! Against a server that answers by a script.

mod door;
mod scripted;
mod sending;
