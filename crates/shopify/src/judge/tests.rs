//! Each row of the handling table, on the shapes that were recorded from shops.

use http::HeaderMap;

use super::*;

const LINES: usize = 250;

fn answer(status: u16, body: &str) -> Reply {
    Reply::answered("2026-10", status, &HeaderMap::new(), body.as_bytes())
}

/// The mutation's answer with a group (or `null`) and errors of its own.
fn payload(group: &str, errors: &str) -> Reply {
    answer(
        200,
        &format!(
            r#"{{"data":{{"inventoryAdjustQuantities":{{"inventoryAdjustmentGroup":{group},
            "userErrors":[{errors}]}}}},"extensions":{{"cost":{{"requestedQueryCost":13,
            "actualQueryCost":13,"throttleStatus":{{"maximumAvailable":2000,
            "currentlyAvailable":1980,"restoreRate":100}}}}}}}}"#
        ),
    )
}

fn user_error(code: &str, index: Option<usize>) -> String {
    let field = index.map_or_else(
        || r#"["input"]"#.to_owned(),
        |index| format!(r#"["input","changes","{index}","inventoryItemId"]"#),
    );
    format!(r#"{{"code":"{code}","field":{field},"message":"about {code}"}}"#)
}

fn refused(errors: &[(&str, Option<usize>)]) -> Verdict {
    refused_of(errors, LINES)
}

fn refused_of(errors: &[(&str, Option<usize>)], lines: usize) -> Verdict {
    let errors: Vec<_> = errors.iter().map(|(code, index)| user_error(code, *index)).collect();
    judge(&payload("null", &errors.join(",")), lines)
}

fn top(code: &str) -> Verdict {
    let body = format!(
        r#"{{"data":{{"inventoryAdjustQuantities":null}},"errors":[{{"message":"about {code}",
        "path":["inventoryAdjustQuantities"],"extensions":{{"code":"{code}"}}}}]}}"#
    );
    judge(&answer(200, &body), LINES)
}

fn bad(index: usize, code: Code) -> BadLine {
    let message = format!("about {code}");
    BadLine { index, code, message }
}

const GROUP: &str =
    r#"{"id":"gid://shopify/InventoryAdjustmentGroup/7","createdAt":"2026-11-23T12:00:00Z"}"#;

fn confirmed() -> Verdict {
    Verdict::Confirmed { adjustment: "gid://shopify/InventoryAdjustmentGroup/7".to_owned() }
}

#[test]
fn a_group_is_a_success_and_null_without_errors_changed_nothing() {
    assert_eq!(judge(&payload(GROUP, ""), LINES), confirmed());
    assert_eq!(judge(&payload("null", ""), LINES), Verdict::NoOp);
}

#[test]
fn errors_about_a_part_do_not_hide_that_the_change_was_made() {
    let body = |group: &str, code: &str| {
        let body = format!(
            r#"{{"data":{{"inventoryAdjustQuantities":{{"inventoryAdjustmentGroup":{group},
            "userErrors":[]}}}},"errors":[{{"message":"Access denied for staffMember field.",
            "path":["inventoryAdjustQuantities","inventoryAdjustmentGroup","staffMember"],
            "extensions":{{"code":"{code}"}}}}]}}"#
        );
        judge(&answer(200, &body), LINES)
    };
    assert_eq!(body(GROUP, "ACCESS_DENIED"), confirmed());
    // A null beside an error may be the error's doing: it isn't known that nothing was changed.
    assert!(matches!(body("null", "INTERNAL_SERVER_ERROR"), Verdict::Again { .. }));
}

#[test]
fn what_leaves_the_outcome_open_goes_again_with_the_same_key() {
    for code in ["SERVICE_UNAVAILABLE", "ADJUST_QUANTITIES_FAILED", "MOVE_QUANTITIES_FAILED"] {
        let expected = Verdict::Again {
            wait: None,
            code: Code::parse(code),
            problem: format!("about {code}"),
        };
        assert_eq!(refused(&[(code, None)]), expected);
    }
    let concurrent = refused(&[("IDEMPOTENCY_CONCURRENT_REQUEST", None)]);
    assert!(matches!(concurrent, Verdict::Again { wait: None, .. }), "{concurrent:?}");
    assert!(matches!(top("INTERNAL_SERVER_ERROR"), Verdict::Again { .. }));
    for status in [408, 500, 502, 503, 504, 520] {
        let verdict = judge(&answer(status, "<html>Bad gateway</html>"), LINES);
        let problem = "<html>Bad gateway</html>".to_owned();
        let code = Code::Http(status);
        assert_eq!(verdict, Verdict::Again { wait: None, code, problem });
    }
    let problem = "connection reset".to_owned();
    for (reply, code) in [
        (Reply::Unknown { problem: problem.clone() }, Code::NoAnswer),
        (Reply::NotSent { problem: problem.clone() }, Code::NotReached),
    ] {
        let expected = Verdict::Again { wait: None, code, problem: problem.clone() };
        assert_eq!(judge(&reply, LINES), expected);
    }
}

#[test]
fn an_answer_of_somebody_else_leaves_the_outcome_open() {
    for body in ["", "<html>Welcome to the hotel's network</html>", "{}", "[1]", "{\"data\":null}"]
    {
        let verdict = judge(&answer(200, body), LINES);
        assert!(matches!(verdict, Verdict::Again { code: Code::BadAnswer, .. }), "{body}");
    }
    let verdict = judge(&answer(200, r#"{"data":{"shop":{}}}"#), LINES);
    assert!(matches!(verdict, Verdict::Again { code: Code::BadAnswer, .. }), "{verdict:?}");
}

#[test]
fn who_is_throttled_waits_as_long_as_the_bucket_needs() {
    let body = |available: f64, rate: f64| {
        let body = format!(
            r#"{{"errors":[{{"message":"Throttled","extensions":{{"code":"THROTTLED"}}}}],
            "extensions":{{"cost":{{"requestedQueryCost":260,"actualQueryCost":null,
            "throttleStatus":{{"maximumAvailable":2000,"currentlyAvailable":{available:?},
            "restoreRate":{rate:?}}}}}}}}}"#
        );
        let Verdict::Again { wait, code: Code::Throttled, .. } = judge(&answer(200, &body), LINES)
        else {
            panic!("{body}")
        };
        wait
    };
    assert_eq!(body(60.0, 100.0), Some(Duration::from_secs(2)));
    assert_eq!(body(300.0, 100.0), Some(Duration::ZERO));
    assert_eq!(body(60.0, 0.0), None, "nothing flows back: no number to wait by");
    assert!(matches!(top("THROTTLED"), Verdict::Again { wait: None, .. }));
}

#[test]
fn too_many_requests_wait_as_long_as_the_header_says() {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "2.0".parse().unwrap());
    let reply = Reply::answered("2026-10", 429, &headers, b"Throttled");
    let Verdict::Again { wait, code, .. } = judge(&reply, LINES) else { panic!("{reply:?}") };
    assert_eq!((wait, code), (Some(Duration::from_secs(2)), Code::Http(429)));
}

#[test]
fn a_failed_attempt_gets_a_fresh_key_and_a_mismatch_never() {
    let failed = refused(&[("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", None)]);
    assert!(matches!(failed, Verdict::FreshKey { .. }), "{failed:?}");
    let mismatch = refused(&[("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", None)]);
    assert!(matches!(mismatch, Verdict::Park { .. }), "{mismatch:?}");
}

#[test]
fn bad_lines_are_named_once_and_in_order() {
    let codes = [
        "INVALID_INVENTORY_ITEM",
        "INVALID_LOCATION",
        "NON_MUTABLE_INVENTORY_ITEM",
        "INVALID_QUANTITY_TOO_LOW",
        "INVALID_QUANTITY_TOO_HIGH",
        "INVALID_QUANTITY_NEGATIVE",
        "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR",
        "DIFFERENT_LOCATIONS",
        "SAME_QUANTITY_NAME",
    ];
    for code in codes {
        let expected = Verdict::BadLines { lines: vec![bad(249, Code::parse(code))] };
        assert_eq!(refused(&[(code, Some(249))]), expected);
        let alone = Verdict::BadLines { lines: vec![bad(0, Code::parse(code))] };
        assert_eq!(refused_of(&[(code, None)], 1), alone, "one line needs no name");
        assert!(matches!(refused(&[(code, None)]), Verdict::Halve { .. }), "{code}");
        assert!(matches!(refused(&[(code, Some(250))]), Verdict::Halve { .. }), "no such line");
    }
    let several = refused(&[
        ("INVALID_LOCATION", Some(9)),
        ("INVALID_INVENTORY_ITEM", Some(3)),
        ("INVALID_QUANTITY_TOO_LOW", Some(9)),
    ]);
    let lines = vec![bad(3, Code::InvalidInventoryItem), bad(9, Code::InvalidLocation)];
    assert_eq!(several, Verdict::BadLines { lines });
}

#[test]
fn an_unknown_code_is_the_lines_or_a_persons() {
    let code = || Code::Other("BRAND_NEW".to_owned());
    let at_line = refused(&[("BRAND_NEW", Some(4))]);
    assert_eq!(at_line, Verdict::BadLines { lines: vec![bad(4, code())] });
    let problem = "about BRAND_NEW".to_owned();
    let expected = Verdict::Park { code: code(), problem };
    assert_eq!(refused(&[("BRAND_NEW", None)]), expected);
    assert_eq!(refused(&[("BRAND_NEW", None), ("INVALID_LOCATION", Some(1))]), expected);
    assert_eq!(top("BRAND_NEW"), expected);
}

#[test]
fn an_error_that_says_nothing_is_looked_for_by_halving() {
    let plain = r#"{"field":null,"message":"Something went wrong"}"#;
    let reply = payload("null", plain);
    assert!(matches!(judge(&reply, LINES), Verdict::Halve { code: Code::None, .. }));
    let message = "Something went wrong".to_owned();
    let line = BadLine { index: 0, code: Code::None, message };
    assert_eq!(judge(&reply, 1), Verdict::BadLines { lines: vec![line] });
}

#[test]
fn stale_lines_are_read_again() {
    for code in ["CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"] {
        let two = refused(&[(code, Some(5)), (code, Some(2)), (code, Some(5))]);
        assert_eq!(two, Verdict::Stale { lines: vec![2, 5] });
        let unnamed = refused_of(&[(code, None)], 3);
        assert_eq!(unnamed, Verdict::Stale { lines: vec![0, 1, 2] });
    }
    // The bad line first: the stale one is found again when the rest is sent.
    let mixed = refused(&[("CHANGE_FROM_QUANTITY_STALE", Some(1)), ("INVALID_LOCATION", Some(2))]);
    assert_eq!(mixed, Verdict::BadLines { lines: vec![bad(2, Code::InvalidLocation)] });
}

#[test]
fn faults_of_the_configuration_and_ours_are_parked() {
    let codes = [
        "INVALID_REASON",
        "INVALID_NAME",
        "INVALID_QUANTITY_NAME",
        "INVALID_REFERENCE_DOCUMENT",
        "INVALID_LEDGER_DOCUMENT",
        "INVALID_AVAILABLE_DOCUMENT",
        "INVALID_QUANTITY_DOCUMENT",
        "INTERNAL_LEDGER_DOCUMENT",
        "MAX_ONE_LEDGER_DOCUMENT",
        "MAXIMUM_LEDGER_DOCUMENT_URIS",
        "COMPARE_QUANTITY_REQUIRED",
    ];
    for code in codes {
        for index in [None, Some(0)] {
            let verdict = refused(&[(code, index)]);
            let problem = format!("about {code}");
            assert_eq!(verdict, Verdict::Park { code: Code::parse(code), problem });
        }
    }
    for code in ["BAD_REQUEST", "INVALID_FIELD_ARGUMENTS", "INVALID_VARIABLE", "undefinedField"] {
        assert!(matches!(top(code), Verdict::Park { .. }), "{code}");
    }
    for status in [400, 405, 406, 413, 415, 422, 430] {
        let verdict = judge(&answer(status, ""), LINES);
        assert!(matches!(verdict, Verdict::Park { .. }), "{status}: {verdict:?}");
    }
}

#[test]
fn what_is_too_much_is_halved() {
    for code in ["MAX_INPUT_SIZE_EXCEEDED", "MAX_COST_EXCEEDED"] {
        assert!(matches!(top(code), Verdict::Halve { .. }), "{code}");
        assert!(matches!(refused_of(&[(code, None)], 1), Verdict::Park { .. }), "{code}");
    }
}

#[test]
fn what_a_person_must_mend_stops_the_shop() {
    let plain = r#"{"errors":"[API] Invalid API key or access token"}"#;
    let expected = [
        (401, Stop::Reconnect),
        (403, Stop::Reconnect),
        (402, Stop::Frozen),
        (404, Stop::NotFound),
        (423, Stop::Locked),
        (301, Stop::Moved),
        (302, Stop::Moved),
    ];
    for (status, reason) in expected {
        let problem = "[API] Invalid API key or access token".to_owned();
        assert_eq!(judge(&answer(status, plain), LINES), Verdict::Stop { reason, problem });
    }
    let stop = |code: &str| match top(code) {
        Verdict::Stop { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(stop("ACCESS_DENIED"), Stop::Reconnect);
    assert_eq!(stop("SHOP_INACTIVE"), Stop::Frozen);
    let no_token = Reply::NoToken { problem: "invalid_grant".to_owned() };
    let problem = "invalid_grant".to_owned();
    assert_eq!(judge(&no_token, 1), Verdict::Stop { reason: Stop::Reconnect, problem });
}

#[test]
fn an_open_outcome_outweighs_a_bad_line() {
    let busy = refused(&[("INVALID_LOCATION", Some(1)), ("SERVICE_UNAVAILABLE", None)]);
    assert!(matches!(busy, Verdict::Again { .. }), "{busy:?}");
    let mismatch =
        refused(&[("SERVICE_UNAVAILABLE", None), ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", None)]);
    assert!(matches!(mismatch, Verdict::Park { .. }), "{mismatch:?}");
}

#[test]
fn applied_and_refused_at_once_is_a_persons() {
    let verdict = judge(&payload(GROUP, &user_error("INVALID_LOCATION", Some(0))), LINES);
    assert!(matches!(verdict, Verdict::Park { code: Code::InvalidLocation, .. }), "{verdict:?}");
}

#[test]
fn a_call_without_lines_is_judged_too() {
    assert!(matches!(refused_of(&[("INVALID_LOCATION", None)], 0), Verdict::BadLines { .. }));
}

#[test]
fn waits_grow_up_to_a_limit() {
    assert_eq!(backoff(1, 1.0), BACKOFF_FIRST);
    assert_eq!(backoff(2, 1.0), BACKOFF_FIRST * 2);
    assert_eq!(backoff(1, 0.0), BACKOFF_FIRST / 2);
    for tries in [20, u32::MAX] {
        assert_eq!(backoff(tries, 1.0), BACKOFF_MAX);
        assert_eq!(backoff(tries, 0.0), BACKOFF_MAX / 2);
    }
    assert_eq!(backoff(0, f64::NAN.max(0.0)), BACKOFF_FIRST / 2);
}
