//! Items are recognised by barcode, SKU code, or product and options; what is not plain is told.

use onhand_domain::{
    ChannelId, SkuId,
    channel::{ItemProblem, MatchedBy},
};
use onhand_store::{
    channels::{
        CANDIDATES_MAX, ChannelError, ChannelRefusal, ItemCursor, ItemFilter, ItemMatch, ShopItem,
    },
    entities::{identifiers, products, skus},
};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, Set};

use super::shop::{by, channel, item, shop_item};
use crate::world::{MINUTE, World, on_both};

on_both! {
    by_barcode_then_code_then_options,
    what_fits_twice_or_not_at_all_is_told,
    a_persons_word_stays,
    two_items_are_never_one_sku,
    what_the_shop_has_no_more_is_gone,
}

async fn barcode(world: &World, sku: SkuId, value: &str) {
    let row = identifiers::ActiveModel {
        sku_id: Set(sku.0),
        kind: Set("barcode".to_owned()),
        value: Set(value.to_owned()),
    };
    row.insert(&world.store.writer()).await.expect("a barcode");
}

async fn code(world: &World, sku: SkuId, code: Option<&str>) {
    let row = skus::ActiveModel {
        id: Set(sku.0),
        code: Set(code.map(str::to_owned)),
        ..Default::default()
    };
    row.update(&world.store.writer()).await.expect("a code");
}

async fn handle(world: &World, sku: SkuId) -> String {
    let row = skus::Entity::find_by_id(sku.0).one(&world.store.reader()).await;
    let product = row.expect("a query").expect("a SKU").product_id;
    let row = products::Entity::find_by_id(product).one(&world.store.reader()).await;
    row.expect("a query").expect("a product").handle
}

/// An item that nothing is known of but its name.
fn named(name: &str) -> ShopItem {
    ShopItem { item: name.to_owned(), ..shop_item(SkuId::from(uuid::Uuid::nil())) }
}

async fn read(world: &World, channel: ChannelId, page: &[ShopItem]) -> Vec<ItemMatch> {
    world.store.put_channel_items(channel, page).await.expect("kept");
    list(world, channel, ItemFilter::default()).await
}

async fn list(world: &World, channel: ChannelId, filter: ItemFilter) -> Vec<ItemMatch> {
    let mut all: Vec<ItemMatch> = Vec::new();
    loop {
        let after = all.last().map(ItemCursor::after);
        let page = world.store.list_channel_items(channel, &filter, after.as_ref(), 2).await;
        let page = page.expect("listed");
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn by_barcode_then_code_then_options(world: World) {
    let (channel, skus) = (channel(&world.store, "one").await, &world.skus);
    barcode(&world, skus[0], "036000291452").await;
    code(&world, skus[1], Some("RED-42")).await;
    let page = [
        // As a scanner reads it; the code belongs to another one, and says less.
        ShopItem {
            barcodes: vec!["0036000291452".to_owned()],
            code: Some("RED-42".to_owned()),
            ..named("a")
        },
        ShopItem { code: Some("red-42".to_owned()), ..named("b") },
        ShopItem {
            handle: handle(&world, skus[2]).await,
            options: vec!["2".to_owned()],
            ..named("c")
        },
        ShopItem { tracked: false, code: Some("nothing".to_owned()), ..named("d") },
    ];
    let matched = world.store.put_channel_items(channel, &page).await.expect("kept");
    assert_eq!((matched.matched, matched.twice, matched.none, matched.untracked), (3, 0, 0, 1));
    let found = list(&world, channel, ItemFilter::default()).await;
    let what: Vec<_> = found.iter().map(|one| (one.sku, one.by, one.problem)).collect();
    assert_eq!(
        what,
        [
            (Some(skus[0]), Some(MatchedBy::Barcode), None),
            (Some(skus[1]), Some(MatchedBy::Code), None),
            (Some(skus[2]), Some(MatchedBy::Options), None),
            (None, None, Some(ItemProblem::Untracked)),
        ]
    );
    assert_eq!(found[0].item, page[0]);
}

async fn what_fits_twice_or_not_at_all_is_told(world: World) {
    let (channel, skus) = (channel(&world.store, "one").await, &world.skus);
    for sku in &skus[..2] {
        barcode(&world, *sku, "4006381333931").await;
    }
    let both = || ShopItem { barcodes: vec!["4006381333931".to_owned()], ..named("a") };
    let found = read(&world, channel, &[both(), named("b")]).await;
    assert_eq!((found[0].problem, found[0].sku), (Some(ItemProblem::Twice), None));
    let mut candidates = vec![skus[0], skus[1]];
    candidates.sort();
    assert_eq!(found[0].candidates, candidates);
    assert_eq!((found[1].problem, found[1].candidates.len()), (Some(ItemProblem::None), 0));
    // The SKU code tells apart what shares a barcode.
    code(&world, skus[1], Some("BLUE")).await;
    let found =
        read(&world, channel, &[ShopItem { code: Some("BLUE".to_owned()), ..both() }]).await;
    assert_eq!((found[0].sku, found[0].by), (Some(skus[1]), Some(MatchedBy::Code)));
    let filter = ItemFilter { problem: Some(ItemProblem::None), ..ItemFilter::default() };
    assert_eq!(list(&world, channel, filter).await.len(), 1);
    let filter = ItemFilter { not_live: true, ..ItemFilter::default() };
    assert_eq!(list(&world, channel, filter).await.len(), 1);
    // However many fit, a few are shown.
    let many = world.add_skus(CANDIDATES_MAX + 3).await;
    for sku in &many {
        code(&world, *sku, Some("SAME")).await;
    }
    let same = ShopItem { code: Some("SAME".to_owned()), ..named("c") };
    let found = read(&world, channel, &[same]).await;
    assert_eq!(found[2].candidates.len(), CANDIDATES_MAX);
}

async fn a_persons_word_stays(world: World) {
    let (channel, skus) = (channel(&world.store, "one").await, &world.skus);
    code(&world, skus[0], Some("RED-42")).await;
    let red = ShopItem { code: Some("RED-42".to_owned()), ..named("a") };
    let found = read(&world, channel, std::slice::from_ref(&red)).await;
    assert_eq!(found[0].sku, Some(skus[0]));
    let by = by();
    let say = |sku| world.store.match_channel_item(&by, channel, "a", sku);
    say(Some(skus[3])).await.expect("said");
    let found = read(&world, channel, std::slice::from_ref(&red)).await;
    assert_eq!((found[0].sku, found[0].by), (Some(skus[3]), Some(MatchedBy::Person)));
    say(None).await.expect("said");
    let found = read(&world, channel, std::slice::from_ref(&red)).await;
    assert_eq!((found[0].sku, found[0].problem), (None, Some(ItemProblem::None)));
    assert_eq!(found[0].by, Some(MatchedBy::Person));
    let unknown = world.store.match_channel_item(&by, channel, "z", Some(skus[0])).await;
    assert!(matches!(unknown, Err(ChannelError::Refused(ChannelRefusal::Unknown("item")))));
    let unknown = say(Some(SkuId(uuid::Uuid::nil()))).await;
    assert!(matches!(unknown, Err(ChannelError::Refused(ChannelRefusal::Unknown("SKU")))));
}

async fn two_items_are_never_one_sku(world: World) {
    let (channel, skus) = (channel(&world.store, "one").await, &world.skus);
    code(&world, skus[0], Some("RED-42")).await;
    let red = |name: &str| ShopItem { code: Some("RED-42".to_owned()), ..named(name) };
    let found = read(&world, channel, &[red("b"), red("a")]).await;
    assert_eq!((found[0].sku, found[0].problem), (Some(skus[0]), None));
    assert_eq!((found[1].sku, found[1].problem), (None, Some(ItemProblem::Twice)));
    assert_eq!(found[1].candidates, [skus[0]]);
    let taken = world.store.match_channel_item(&by(), channel, "b", Some(skus[0])).await;
    let Err(ChannelError::Refused(ChannelRefusal::SkuTaken { item })) = taken else {
        panic!("{taken:?}")
    };
    assert_eq!(item, "a");
    world.store.match_channel_item(&by(), channel, "a", None).await.expect("said");
    let found = read(&world, channel, &[red("a"), red("b")]).await;
    assert_eq!((found[0].sku, found[1].sku), (None, Some(skus[0])));
}

async fn what_the_shop_has_no_more_is_gone(world: World) {
    let (channel, _) = super::shop::running(&world).await;
    world.clock.advance(MINUTE);
    let began = onhand_store::Clock::now(&*world.clock);
    let there: Vec<ShopItem> = world.skus[1..].iter().map(|sku| shop_item(*sku)).collect();
    read(&world, channel, &there).await;
    assert_eq!(world.store.close_unseen_items(channel, began).await.expect("done"), 1);
    assert_eq!(world.store.close_unseen_items(channel, began).await.expect("done"), 0);
    let filter = ItemFilter { problem: Some(ItemProblem::Gone), ..ItemFilter::default() };
    let gone = list(&world, channel, filter).await;
    assert_eq!(gone.len(), 1);
    assert_eq!((gone[0].item.item.as_str(), gone[0].live), (item(world.skus[0]).as_str(), false));
    // It comes back as what somebody has said that it is.
    let found = read(&world, channel, &[shop_item(world.skus[0])]).await;
    let back = found.iter().find(|one| one.item.item == item(world.skus[0])).expect("there");
    assert_eq!((back.sku, back.problem, back.live), (Some(world.skus[0]), None, false));
}
