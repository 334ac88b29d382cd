//! Bytes that nobody honest sends.

use crate::kit::Rng;
use crate::kit::host::Exchange;
use crate::story::Teller;
use doorward_core::step;

pub fn bytes(t: &mut Teller) {
    let mut lines = Vec::new();
    let mut add = |name: &str, request: Vec<u8>, facts: Vec<u8>| {
        let answer = step(&request, &facts);
        lines.push((format!("hostile.{name}"), Exchange { request, facts, answer }));
    };
    add("nothing", Vec::new(), Vec::new());
    add("zeros", vec![0; 64], vec![0; 64]);
    add("ones", vec![0xff; 64], vec![0xff; 64]);
    let small: Vec<&Exchange> = ["is-authorized", "has-admin", "can", "describe"]
        .iter()
        .flat_map(|verb| &t.told[verb])
        .map(|scene| &scene.1)
        .filter(|exchange| exchange.request.len() + exchange.facts.len() < 700)
        .collect();
    let honest = small.iter().find(|exchange| !exchange.facts.is_empty()).expect("a scene with facts");
    add("no-facts-at-all", honest.request.clone(), Vec::new());
    add("facts-of-another-version", honest.request.clone(), [&[2], &honest.facts[1..]].concat());
    add("request-of-another-version", [&[2], &honest.request[1..]].concat(), honest.facts.clone());
    add("facts-cut", honest.request.clone(), honest.facts[..honest.facts.len() - 1].to_vec());
    add("request-cut", honest.request[..honest.request.len() - 1].to_vec(), honest.facts.clone());
    add("request-longer", [honest.request.as_slice(), &[0]].concat(), honest.facts.clone());
    add("facts-longer", honest.request.clone(), [honest.facts.as_slice(), &[0]].concat());
    let mut rng = Rng::new(7);
    for number in 0..24 {
        let exchange = rng.pick(&small);
        let (mut request, mut facts) = (exchange.request.clone(), exchange.facts.clone());
        let bytes = if facts.is_empty() || rng.one_in(3) { &mut request } else { &mut facts };
        for _ in 0..1 + rng.below(2) {
            let at = rng.below(bytes.len());
            bytes[at] = rng.next() as u8;
        }
        add(&format!("changed-{number:02}"), request, facts);
    }
    t.told.insert("hostile", lines);
}
