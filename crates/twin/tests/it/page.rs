//! The page for people.

use hyper::Method;

use crate::shop::Shop;

#[tokio::test]
async fn the_page_and_all_that_it_names_is_served() {
    let shop = Shop::open().await;
    let get = |path: &'static str| shop.send(Method::GET, path, &[], String::new());
    let page = get("/").await.unwrap();
    let text = page.body.as_str().unwrap().to_owned();
    for (path, kind) in
        [("/twin/page/page.js", "text/javascript"), ("/twin/page/page.css", "text/css")]
    {
        assert!(text.contains(path));
        let file = get(path).await.unwrap();
        assert_eq!(file.status, 200);
        assert!(file.headers["content-type"].to_str().unwrap().starts_with(kind));
    }
    // Everything comes from here: nothing else may be loaded.
    let policy = page.headers["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    assert_eq!(get("/twin/page/other.js").await.unwrap().status, 404);
}
